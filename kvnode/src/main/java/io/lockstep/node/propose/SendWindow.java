package io.lockstep.node.propose;

/**
 * How much may be out in the log at a time. What is in the log can't be taken back, so under overload the queue has to form
 * before it, where calls can still be refused: the window's bytes shrink while the log takes long for an entry, and grow
 * while it is quick and the window is what holds the queue up. Each term has a window of its own.
 *
 * <p>Taken by the batcher, given back by the log's threads.
 */
final class SendWindow {
    static final int MIN_BYTES = 128 << 10;
    static final int MAX_BYTES = 16 << 20;
    private static final int START_BYTES = 512 << 10;
    static final long SLOW_NANOS = 250_000_000;
    static final long QUICK_NANOS = 100_000_000;

    private final int maxEntries;
    private int entries;
    private long bytes;
    private long maxBytes = START_BYTES;
    /** The window was full since the size last changed: growing it would let more out. */
    private boolean filled;

    private long changedNanos;

    SendWindow(int maxEntries, long nowNanos) {
        this.maxEntries = maxEntries;
        this.changedNanos = nowNanos;
    }

    /** An entry may go out; a single one may be larger than the window. */
    synchronized boolean isOpen() {
        boolean open = entries < maxEntries && bytes < maxBytes;
        filled |= bytes >= maxBytes;
        return open;
    }

    synchronized void sent(int entryBytes) {
        entries++;
        bytes += entryBytes;
    }

    /** The entry is applied. */
    synchronized void done(int entryBytes, long sentNanos, long nowNanos) {
        failed(entryBytes);
        long tookNanos = nowNanos - sentNanos;
        // Once a slow entry: those behind it have waited for the same jam.
        if (tookNanos > SLOW_NANOS && sentNanos - changedNanos >= 0) {
            resize(Math.max(MIN_BYTES, maxBytes * 2 / 3), nowNanos);
        } else if (tookNanos < QUICK_NANOS && filled && nowNanos - changedNanos > QUICK_NANOS) {
            resize(Math.min(MAX_BYTES, maxBytes * 5 / 4), nowNanos);
        }
    }

    synchronized void failed(int entryBytes) {
        entries--;
        bytes -= entryBytes;
    }

    private void resize(long to, long nowNanos) {
        maxBytes = to;
        filled = false;
        changedNanos = nowNanos;
    }

    synchronized long maxBytes() {
        return maxBytes;
    }
}
