package io.lockstep.cli;

/** A command cannot do what it was asked. The message is the one line that the user sees. */
public final class CommandFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Done as asked. */
    public static final int DONE = 0;
    /** Well asked, but it failed. */
    public static final int FAILED = 1;
    /** Wrongly asked. */
    public static final int USAGE = 2;
    /** Ended by Ctrl-C, as shells tell it. */
    public static final int INTERRUPTED = 130;

    private final int exitCode;

    public CommandFailed(String message) {
        this(message, FAILED);
    }

    private CommandFailed(String message, int exitCode) {
        super(message, null, false, false);
        this.exitCode = exitCode;
    }

    public static CommandFailed usage(String message) {
        return new CommandFailed(message, USAGE);
    }

    public int exitCode() {
        return exitCode;
    }
}
