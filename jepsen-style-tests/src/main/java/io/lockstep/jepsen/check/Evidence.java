package io.lockstep.jepsen.check;

import io.lockstep.jepsen.history.Operation;
import java.util.List;
import java.util.Map;

/**
 * What a run leaves to judge.
 *
 * @param history in order of invocation
 * @param originNanos what times are told from
 * @param starts when each node's process was started, by node; empty if nobody noted it
 */
public record Evidence(List<Operation> history, long originNanos, Map<Integer, List<Long>> starts) {
    public Evidence {
        history = List.copyOf(history);
        starts = Map.copyOf(starts);
    }

    /** When the process that ran on a node at some time was started; the beginning of time if nobody noted it. */
    long startBefore(int node, long nanos) {
        return starts.getOrDefault(node, List.of()).stream()
                .filter(start -> start <= nanos)
                .reduce((one, other) -> Math.max(one, other))
                .orElse(Long.MIN_VALUE);
    }
}
