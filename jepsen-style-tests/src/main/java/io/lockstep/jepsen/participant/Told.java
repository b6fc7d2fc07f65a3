package io.lockstep.jepsen.participant;

import io.lockstep.jepsen.check.EventLog;
import io.lockstep.jepsen.history.Version;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One thing that a watch was told. */
sealed interface Told {
    /**
     * The watch stands.
     *
     * @param from the first revision that was asked for; 0: from now on
     * @param revision of the member that serves it
     */
    record Created(int node, long from, long revision) implements Told {}

    /** One answer with events. */
    record Events(long revision, long nanos, List<Seen> events) implements Told {
        public Events {
            events = List.copyOf(events);
        }
    }

    /** Everything up to this revision has been told. */
    record Progress(long revision) implements Told {}

    /** The server ended the watch, and not its stream. */
    record Canceled(long compactRevision, String reason) implements Told {}

    /** The stream ended; the watch goes on elsewhere. */
    record Broken(String error) implements Told {}

    /**
     * One event.
     *
     * @param before null: there was none, or it was not asked for
     */
    record Seen(EventLog.Change change, @Nullable Version before) {}
}
