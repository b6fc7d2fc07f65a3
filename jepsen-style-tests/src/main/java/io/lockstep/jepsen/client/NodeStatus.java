package io.lockstep.jepsen.client;

/**
 * What a node says of itself.
 *
 * @param leader the member that it takes for the leader, 0 if none
 */
public record NodeStatus(long member, long leader, long term, long revision) {

    public boolean leads() {
        return leader != 0 && leader == member;
    }

    public boolean knowsLeader() {
        return leader != 0;
    }
}
