package io.lockstep.lab;

/**
 * When the faults come, as shares of the run: the quiet time before each shows what recovery took, and lets the next fault
 * begin from health.
 */
record Plan(int seconds) {
    static final int MIN_SECONDS = 10;
    static final int MAX_SECONDS = 600;

    Plan {
        if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) {
            throw new IllegalArgumentException(
                    "--seconds must be " + MIN_SECONDS + " to " + MAX_SECONDS + ", not " + seconds);
        }
    }

    /** When a fault begins and how long it lasts. */
    record Step(Fault.Kind kind, long atMillis, long lastingMillis) {}

    Step step(Fault.Kind kind) {
        return switch (kind) {
            case PARTITION -> step(kind, 0.13, 0.22);
            case SLOW -> step(kind, 0.45, 0.18);
            case CRASH -> step(kind, 0.72, 0.14);
        };
    }

    private Step step(Fault.Kind kind, double at, double lasting) {
        return new Step(kind, Math.round(at * seconds * 1_000), Math.round(lasting * seconds * 1_000));
    }
}
