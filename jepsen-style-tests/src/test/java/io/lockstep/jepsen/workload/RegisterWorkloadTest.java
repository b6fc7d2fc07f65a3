package io.lockstep.jepsen.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class RegisterWorkloadTest {
    private final Workload workload = new RegisterWorkload(10, true);
    private final SplittableRandom random = new SplittableRandom(1);

    private static Operation unknown(Action action) {
        return new Operation(0, 0, 1, action, 0, 1, Outcome.UNKNOWN, null, "deadline");
    }

    @Test
    void values_ofAllThreads_areUnique() {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            Action action = workload.next(i % 10, random);
            if (action instanceof Action.Write write) {
                values.add(write.value());
            } else if (action instanceof Action.CompareAndSet swap) {
                values.add(swap.value());
            }
        }
        assertThat(values).hasSizeGreaterThan(1_000).doesNotHaveDuplicates();
    }

    @Test
    void key_afterItsOperations_isLeft() {
        Map<String, Integer> uses = new HashMap<>();
        Map<String, Set<Integer>> threads = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            String key = workload.next(i % 10, random).key();
            uses.merge(key, 1, Integer::sum);
            threads.computeIfAbsent(key, any -> new HashSet<>()).add(i % 10);
        }
        assertThat(uses.values()).allMatch(count -> count <= RegisterWorkload.OPERATIONS_PER_KEY);
        assertThat(threads.values()).allMatch(set -> set.size() <= RegisterWorkload.THREADS_PER_KEY);
        assertThat(workload.finalReads().stream().map(Action::key)).containsExactlyInAnyOrderElementsOf(uses.keySet());
    }

    @Test
    void key_withFiveUnknownOutcomes_isLeft() {
        String key = workload.next(0, random).key();
        for (int i = 0; i < RegisterWorkload.UNKNOWN_PER_KEY; i++) {
            Action action = workload.next(0, random);
            assertThat(action.key()).isEqualTo(key);
            workload.ended(0, unknown(action));
        }
        assertThat(workload.next(0, random).key()).isNotEqualTo(key);
    }
}
