package io.lockstep.node.watch;

import io.lockstep.api.WatchResponse;
import io.lockstep.api.mvcc.Event;
import java.util.List;

/**
 * Puts events into answers. An answer ends between revisions, so that none is ever told in part (invariant I7); a single
 * revision that is too large for a message is cut only for a watcher that said it can put fragments together.
 */
final class Delivery {
    /** What an event costs in an answer beside itself. */
    private static final int EVENT_OVERHEAD_BYTES = 8;

    private final WatchLimits limits;

    Delivery(WatchLimits limits) {
        this.limits = limits;
    }

    /**
     * Sends events in order, while the stream takes them.
     *
     * @param to for the header of the last answer: the watcher then knows all up to this revision
     * @return the first revision that it does not know yet
     */
    long send(Watcher watcher, List<WatchEvent> events, long to) {
        int from = 0;
        while (from < events.size()) {
            if (!watcher.stream.isReady()) {
                return events.get(from).revision();
            }
            int end = endOfAnswer(watcher, events, from);
            long revision = end == events.size() ? to : events.get(end - 1).revision();
            answer(watcher, events.subList(from, end), revision);
            from = end;
        }
        return to + 1;
    }

    private int endOfAnswer(Watcher watcher, List<WatchEvent> events, int from) {
        long bytes = 0;
        int end = from;
        while (end < events.size()) {
            long revision = events.get(end).revision();
            if (bytes >= limits.messageBytes()
                    && revision != events.get(end - 1).revision()) {
                return end;
            }
            bytes += sizeOf(watcher, events.get(end));
            end++;
        }
        return end;
    }

    private static long sizeOf(Watcher watcher, WatchEvent event) {
        return event.message(watcher.previous).getSerializedSize() + EVENT_OVERHEAD_BYTES;
    }

    private void answer(Watcher watcher, List<WatchEvent> events, long revision) {
        WatchResponse.Builder answer = WatchResponse.newBuilder().setWatchId(watcher.id);
        long bytes = 0;
        for (WatchEvent event : events) {
            Event message = event.message(watcher.previous);
            long size = sizeOf(watcher, event);
            if (watcher.fragments && answer.getEventsCount() > 0 && bytes + size >= limits.fragmentBytes()) {
                watcher.stream.send(answer.setFragment(true), revision);
                answer = WatchResponse.newBuilder().setWatchId(watcher.id);
                bytes = 0;
            }
            answer.addEvents(message);
            bytes += size;
        }
        watcher.stream.send(answer, revision);
    }
}
