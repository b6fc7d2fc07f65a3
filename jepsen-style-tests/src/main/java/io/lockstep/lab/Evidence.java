package io.lockstep.lab;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All that a run saw, as it saw it.
 *
 * @param originNanos when the time line begins; what was sent before warmed the servers up
 * @param samples in the order in which they ended
 * @param found by setting of the writes: the keys that a linearizable read showed after the last fault
 * @param latestNanos by how much the lab itself was late to send, at worst
 */
record Evidence(
        long originNanos,
        long endedNanos,
        List<Fault> faults,
        List<Sample> samples,
        Map<Setting, Set<String>> found,
        long latestNanos) {

    Evidence {
        faults = List.copyOf(faults);
        samples = List.copyOf(samples);
        found = Map.copyOf(found);
    }

    double seconds(long nanos) {
        return (nanos - originNanos) / 1e9;
    }
}
