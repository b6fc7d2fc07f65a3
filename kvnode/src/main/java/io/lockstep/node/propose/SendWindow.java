package io.lockstep.node.propose;

/**
 * How much may be out in the log at a time, in entries and in bytes. What is in the log can't be taken back, so under
 * overload the queue has to form before it, where calls can still be refused. Each term has a window of its own.
 *
 * <p>Taken by the batcher, given back by the log's threads.
 */
final class SendWindow {
    /** Enough for a disk of 80 MB/s that takes 100 ms; on a slower one it is a queue of seconds, and not of a minute. */
    static final int MAX_BYTES = 8 << 20;

    private final int maxEntries;
    private int entries;
    private long bytes;

    SendWindow(int maxEntries) {
        this.maxEntries = maxEntries;
    }

    /** An entry may go out; a single one may be larger than the window. */
    synchronized boolean isOpen() {
        return entries < maxEntries && bytes < MAX_BYTES;
    }

    synchronized void sent(int entryBytes) {
        entries++;
        bytes += entryBytes;
    }

    /** The entry is applied, or will not be. */
    synchronized void done(int entryBytes) {
        entries--;
        bytes -= entryBytes;
    }
}
