package io.lockstep.node.raft.log;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The last index that is known to be durable in the log, in a file of its own.
 *
 * <p>A log whose tail was cut at a record's border, or whose last record was damaged, looks like a shorter but sound log:
 * the storage can't know better. This mark can. It is raised after the log's fsync, never before, and not synchronised
 * itself: so after a power cut it may be too low, which merely proves less, but never too high. Before the log is
 * shortened on purpose the mark is lowered, and that is synchronised.
 *
 * <p>One aligned word holds index (48 bits) and checksum (16 bits): no half-written mark can be read.
 */
final class LogMark implements AutoCloseable {
    private static final int SIZE = 8;

    private final MappedByteBuffer memory;

    private LogMark(MappedByteBuffer memory) {
        this.memory = memory;
    }

    static LogMark open(Path file) throws IOException {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
            if (access.length() < SIZE) {
                access.setLength(SIZE);
                access.getFD().sync();
            }
            return new LogMark(access.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, SIZE));
        }
    }

    /** 0 when nothing was marked, or the word can't be read. */
    long index() {
        long word = memory.getLong(0);
        long index = word >>> 16;
        return word == wordOf(index) ? index : 0;
    }

    /** The log is durable up to here. */
    void raise(long index) {
        memory.putLong(0, wordOf(index));
    }

    /** The log is about to end here. */
    void lower(long index) {
        if (index < index()) {
            memory.putLong(0, wordOf(index));
            memory.force();
        }
    }

    @Override
    public void close() {
        memory.force();
    }

    private static long wordOf(long index) {
        CRC32C crc = new CRC32C();
        for (int shift = 40; shift >= 0; shift -= 8) {
            crc.update((int) (index >>> shift));
        }
        return index << 16 | (crc.getValue() & 0xffff);
    }
}
