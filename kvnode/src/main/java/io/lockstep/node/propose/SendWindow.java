package io.lockstep.node.propose;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * How much may be out at a time, in entries and in bytes. What is out can't be taken back, so under overload the queue has to
 * form before it, where calls can still be refused. Nor may it lie in front of the heartbeats on a slow link for long. So no
 * more is out than has lately come back in a fifth of a second: a quick log takes all it can, a slow one is never idle, and
 * nothing waits in it for seconds. Each term has a window of its own.
 *
 * <p>Every entry costs each member a synchronised write and a round of messages, whatever is in it. So few are out where a
 * round is short: what comes meanwhile shares the next one, and waits for a part of a round. Where members are far apart
 * more are out, or that part would be long.
 *
 * <p>Taken by the batcher, given back by the log's threads.
 */
final class SendWindow {
    /** As much is always allowed: what comes back at light load, or from a disk that is slow but wide, says little. */
    static final int MIN_BYTES = 256 << 10;

    static final int MAX_BYTES = 8 << 20;

    /** Until something has come back. */
    static final int FIRST_BYTES = 1 << 20;

    /** Within so long as much shall come back as is out: a fifth of the usual time after which members give up their leader. */
    static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** The rate is measured over so long at least, and the highest of the last few counts: one slow moment changes nothing. */
    static final long SAMPLE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    static final int SAMPLES = 4;

    /** Out at a time where rounds are short. */
    static final int MIN_ENTRIES = 4;

    /** One more entry may be out for so long as the shortest round took. */
    static final long NANOS_PER_ENTRY = TimeUnit.MILLISECONDS.toNanos(2);

    private final int maxEntries;
    private int entries;
    private long bytes;
    private long maxBytes = FIRST_BYTES;

    /** 0: none has come back. Of the whole term, since under load rounds are long for want of CPU. */
    private long shortestRoundNanos;

    /** Bytes that came back in {@link #ROUND_NANOS} at the rate of each of the last samples, in a ring. */
    private final long[] rounds = new long[SAMPLES];

    private int sample;
    private long sampledSinceNanos;
    private long sampledBytes;

    SendWindow(int maxEntries, long nowNanos) {
        this.maxEntries = maxEntries;
        this.sampledSinceNanos = nowNanos;
    }

    /** An entry may go out; a single one may be larger than the window. */
    synchronized boolean isOpen() {
        return entries < entriesAtATime() && bytes < maxBytes;
    }

    private long entriesAtATime() {
        return Math.min(maxEntries, Math.max(MIN_ENTRIES, shortestRoundNanos / NANOS_PER_ENTRY));
    }

    /** How large an entry should be at most: several are out at a time, or the log would be idle between them. */
    synchronized int entryBytes() {
        return (int) (maxBytes / 4);
    }

    synchronized void sent(int entryBytes) {
        entries++;
        bytes += entryBytes;
    }

    /** How long an entry took from here until it was applied. */
    synchronized void round(long nanos) {
        shortestRoundNanos = shortestRoundNanos == 0 ? nanos : Math.min(shortestRoundNanos, nanos);
    }

    /** The entry is applied, or will not be. */
    synchronized void done(int entryBytes, long nowNanos) {
        entries--;
        bytes -= entryBytes;
        sampledBytes += entryBytes;
        long nanos = nowNanos - sampledSinceNanos;
        if (nanos >= SAMPLE_NANOS) {
            rounds[sample] = (long) ((double) sampledBytes * ROUND_NANOS / nanos);
            sample = (sample + 1) % SAMPLES;
            maxBytes = Math.max(
                    MIN_BYTES, Math.min(MAX_BYTES, Arrays.stream(rounds).max().orElse(0)));
            sampledSinceNanos = nowNanos;
            sampledBytes = 0;
        }
    }
}
