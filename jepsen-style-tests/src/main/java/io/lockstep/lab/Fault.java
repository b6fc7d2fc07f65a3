package io.lockstep.lab;

/**
 * A fault as it was done. To do it and to undo it take a moment each: in between it was in force for sure, and outside there
 * was nothing of it.
 *
 * @param node the member that it hit
 * @param beganNanos when doing it began, and {@code inForceNanos} when it was done
 * @param undoingNanos when undoing it began, and {@code endedNanos} when that was done
 */
record Fault(Kind kind, int node, long beganNanos, long inForceNanos, long undoingNanos, long endedNanos) {
    enum Kind {
        PARTITION("partition"),
        SLOW("slow follower"),
        CRASH("leader crash");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }
}
