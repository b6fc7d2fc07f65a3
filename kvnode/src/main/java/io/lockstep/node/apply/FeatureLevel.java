package io.lockstep.node.apply;

/** What the commands in the log may demand of the members that execute them. */
public final class FeatureLevel {
    /** The first release; a batch that says 0 means the same. */
    public static final int FIRST = 1;

    /** The newest that this software can execute. */
    public static final int SUPPORTED = FIRST;

    private FeatureLevel() {}
}
