package io.lockstep.node.raft.log;

/** The disk can't be trusted; the message is one line: what is wrong, and what to do. */
public final class LogRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    LogRefusedException(String message) {
        super(message);
    }
}
