package io.lockstep.examples;

import com.google.protobuf.ByteString;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchResponse;
import io.lockstep.api.mvcc.Event;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.client.KeyRange;
import io.lockstep.client.KvClient;
import io.lockstep.client.Watch;
import io.lockstep.client.WatchListener;
import java.time.Duration;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Keys of the store as a watch tells of them, from their first revision on: the client goes on at another member if one is
 * lost, and tells each change once and in order. The client's thread writes, others read.
 */
final class Replica implements WatchListener {
    /** Guarded by this, as all fields. */
    private final NavigableMap<ByteString, KeyValue> keys =
            new TreeMap<>(ByteString.unsignedLexicographicalComparator());

    private long revision;
    private long changes;

    /** @param from the revision that wrote the first of them */
    Watch follow(KvClient client, ByteString prefix, long from) {
        KeyRange range = KeyRange.prefix(prefix);
        return client.watch(
                WatchCreateRequest.newBuilder()
                        .setKey(range.key())
                        .setRangeEnd(range.end())
                        .setStartRevision(from)
                        .build(),
                this);
    }

    @Override
    public synchronized void onAnswer(WatchResponse answer) {
        for (Event event : answer.getEventsList()) {
            KeyValue changed = event.getKv();
            if (event.getType() == Event.EventType.DELETE) {
                keys.remove(changed.getKey());
            } else {
                keys.put(changed.getKey(), changed);
            }
            revision = changed.getModRevision();
            changes++;
        }
        notifyAll();
    }

    /** Behind the history that is kept: what is here stays as it is, and differs in the end. */
    @Override
    public void onCompacted(WatchResponse answer) {}

    @Override
    public void onRefused(String reason) {}

    /** As they are here now. */
    synchronized NavigableMap<ByteString, KeyValue> paragraphs() {
        return new TreeMap<>(keys);
    }

    /** How many the watch has told of. */
    synchronized long changes() {
        return changes;
    }

    /** Whether it is just so once it has come to this revision; waits for that. */
    synchronized boolean becomes(List<KeyValue> wanted, long wantedRevision, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        try {
            for (long left = patience.toNanos();
                    revision < wantedRevision && left > 0;
                    left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
        return List.copyOf(keys.values()).equals(wanted);
    }
}
