package io.lockstep.node.raft;

/** One member of the group: its id, and where it is. */
public record PeerMember(long memberId, PeerAddress address) {
    /** Member ids are written in hexadecimal everywhere a person reads them, as etcd does. */
    public String idText() {
        return Long.toHexString(memberId);
    }
}
