package io.lockstep.jepsen.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Collects the operations of a run. Client threads add to it, the runner takes the history when they have ended.
 *
 * <p>It keeps at most {@link #MAX_OPERATIONS}: beyond that a run must be cut in pieces, and the recorder says so.
 */
public final class Recorder {
    public static final int MAX_OPERATIONS = 5_000_000;

    private final Object lock = new Object(); // client threads against each other and the runner
    private final List<Operation> operations = new ArrayList<>();
    private int nextIndex;

    /** Call before the request is sent. */
    public int nextIndex() {
        synchronized (lock) {
            if (nextIndex == MAX_OPERATIONS) {
                throw new IllegalStateException("the history is full at " + MAX_OPERATIONS + " operations");
            }
            return nextIndex++;
        }
    }

    /** Adds a finished operation. */
    public void add(Operation operation) {
        synchronized (lock) {
            operations.add(operation);
        }
    }

    /** What was recorded so far, in order of invocation. */
    public List<Operation> history() {
        synchronized (lock) {
            List<Operation> sorted = new ArrayList<>(operations);
            sorted.sort(Comparator.comparingInt(Operation::index));
            return sorted;
        }
    }
}
