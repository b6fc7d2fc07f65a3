package io.lockstep.node.raft;

/**
 * Whether a word passes between this member and another, either way. Asked before each message is sent and after each is
 * received, by callers' threads and event loops: must not block and must not allocate.
 *
 * <p>What does not pass is lost, as in a network that is cut: nobody is told, connections stay until they are found
 * silent, and no new one comes about.
 */
@FunctionalInterface
public interface PeerLinkGate {
    /** Everything passes. */
    PeerLinkGate OPEN = memberId -> true;

    boolean isOpen(long memberId);
}
