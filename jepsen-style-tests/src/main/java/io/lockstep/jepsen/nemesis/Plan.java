package io.lockstep.jepsen.nemesis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Faults with times, from a seed alone. Who leads when a step's time comes is not planned, nor how threads interleave: the
 * same plan makes similar runs, not equal ones.
 */
public record Plan(List<Step> steps) {
    private static final int QUIET_BEFORE_MILLIS = 1_500;
    private static final int MIN_LASTING_MILLIS = 3_000;
    private static final int MAX_LASTING_MILLIS = 5_000;
    private static final int MIN_QUIET_MILLIS = 1_500;
    private static final int MAX_QUIET_MILLIS = 3_500;

    public Plan {
        steps = List.copyOf(steps);
    }

    /**
     * One fault.
     *
     * @param atMillis since the start of the run; later if the cluster takes longer to recover from the step before
     * @param pick decides between nodes, where the fault leaves a choice
     */
    public record Step(FaultKind kind, long atMillis, long lastingMillis, int pick) {}

    /** Every kind comes once, in random order, before any comes again; the last one is over when the time is. */
    public static Plan of(long seed, List<FaultKind> kinds, Duration time) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Step> steps = new ArrayList<>();
        List<FaultKind> left = new ArrayList<>();
        long at = QUIET_BEFORE_MILLIS;
        while (!kinds.isEmpty()) {
            if (left.isEmpty()) {
                left.addAll(kinds);
            }
            FaultKind kind = left.remove(random.nextInt(left.size()));
            long lasting = random.nextInt(MIN_LASTING_MILLIS, MAX_LASTING_MILLIS);
            if (at + lasting + MIN_QUIET_MILLIS > time.toMillis()) {
                break;
            }
            steps.add(new Step(kind, at, lasting, random.nextInt(Integer.MAX_VALUE)));
            at += lasting + random.nextInt(MIN_QUIET_MILLIS, MAX_QUIET_MILLIS);
        }
        return new Plan(steps);
    }
}
