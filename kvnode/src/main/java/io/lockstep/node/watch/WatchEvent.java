package io.lockstep.node.watch;

import io.lockstep.api.mvcc.Event;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.node.mvcc.KeyChange;
import org.jspecify.annotations.Nullable;

/** A change in the words of the API, built once for all its watchers. Watch thread only. */
final class WatchEvent {
    private final KeyChange change;
    private @Nullable Event plain;
    private @Nullable Event withPrevious;

    WatchEvent(KeyChange change) {
        this.change = change;
    }

    KeyChange change() {
        return change;
    }

    long revision() {
        return change.revision();
    }

    boolean isDeletion() {
        return change.put() == null;
    }

    Event message(boolean previous) {
        return previous && change.previous() != null ? withPrevious() : plain();
    }

    private Event plain() {
        Event built = plain;
        if (built == null) {
            KeyValue put = change.put();
            built = put == null
                    ? Event.newBuilder()
                            .setType(Event.EventType.DELETE)
                            .setKv(KeyValue.newBuilder().setKey(change.key()).setModRevision(change.revision()))
                            .build()
                    : Event.newBuilder().setKv(put).build();
            plain = built;
        }
        return built;
    }

    private Event withPrevious() {
        Event built = withPrevious;
        if (built == null) {
            Event.Builder event = plain().toBuilder();
            if (change.previous() != null) {
                event.setPrevKv(change.previous().message());
            }
            built = event.build();
            withPrevious = built;
        }
        return built;
    }
}
