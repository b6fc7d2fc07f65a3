package io.lockstep.jepsen.client;

import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Answer;

/** Something that sends actions to one node, each at most once. */
public interface Caller extends AutoCloseable {
    /** Blocks until the answer or the deadline. */
    Answer perform(Action action, long deadlineMillis) throws CallException;

    @Override
    void close();
}
