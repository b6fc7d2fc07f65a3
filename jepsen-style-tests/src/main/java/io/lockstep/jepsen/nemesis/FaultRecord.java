package io.lockstep.jepsen.nemesis;

import java.util.List;

/**
 * A fault that was done.
 *
 * @param nodes to whom
 * @param beganNanos the harness' clock once it was in effect
 * @param endedNanos when undoing it began
 * @param effective it was shown to have taken effect, and to be undone
 * @param recoveryMillis from its end until every node answered and knew a leader; -1 if that never came
 * @param detail what was done, or why it was not effective
 */
public record FaultRecord(
        FaultKind kind,
        List<Integer> nodes,
        long beganNanos,
        long endedNanos,
        long recoveryMillis,
        boolean effective,
        String detail) {
    public FaultRecord {
        nodes = List.copyOf(nodes);
    }
}
