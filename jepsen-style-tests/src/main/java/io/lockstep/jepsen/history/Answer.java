package io.lockstep.jepsen.history;

import java.util.List;

/**
 * What a server said.
 *
 * @param revision the header's revision: after a write its own, for a read that of the state it was served from
 * @param succeeded for a compare-and-set: the comparison held; for a delete: the key was there; else true
 * @param versions what a read or the failure branch of a compare-and-set found, in the order of the answer
 * @param stalenessMillis how stale the server says that a read's state is at most; {@link #UNPROVEN} if it does not say
 * @param acknowledged how far a write has come
 */
public record Answer(
        long revision, boolean succeeded, List<Version> versions, long stalenessMillis, Acknowledged acknowledged) {
    public static final long UNPROVEN = -1;

    /**
     * How far a write has come.
     *
     * @param committed false: it was only accepted, the revision is not its own, and it may be lost
     * @param missing the members that have not reported it, by their ids
     */
    public record Acknowledged(boolean committed, List<Long> missing) {
        public static final Acknowledged COMMITTED = new Acknowledged(true, List.of());
        public static final Acknowledged ACCEPTED = new Acknowledged(false, List.of());

        public Acknowledged {
            missing = List.copyOf(missing);
        }
    }

    public Answer {
        versions = List.copyOf(versions);
    }

    /** Of a read. */
    public Answer(long revision, boolean succeeded, List<Version> versions, long stalenessMillis) {
        this(revision, succeeded, versions, stalenessMillis, Acknowledged.COMMITTED);
    }

    /** One that says nothing of staleness. */
    public Answer(long revision, boolean succeeded, List<Version> versions) {
        this(revision, succeeded, versions, UNPROVEN);
    }
}
