package io.lockstep.jepsen.participant;

import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.EventLog;
import java.time.Duration;
import java.util.List;

/** Something that uses the store beside the clients, in its own way, from the start of a test to its end. */
public interface Participant extends AutoCloseable {
    /** Everything is mended: ends what changes the store, which may take so long. */
    default void settle(Duration patience) {
        // Who only looks on changes nothing.
    }

    /**
     * Everything is mended and written: brings what it does to an end, which may take so long.
     *
     * @param lastRevision of the store
     */
    void awaitEnd(long lastRevision, Duration patience);

    /** The verdicts; after the end. */
    List<CheckResult> check(EventLog log);

    @Override
    void close();
}
