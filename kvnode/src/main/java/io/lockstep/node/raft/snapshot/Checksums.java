package io.lockstep.node.raft.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** CRC32C of files. A table file never changes, so a hard link to one that was read before is not read again. */
final class Checksums {
    private static final int BUFFER_BYTES = 256 << 10;
    private static final int MAX_REMEMBERED = 100_000;

    private record Identity(Object fileKey, long size, FileTime modified) {}

    // Guarded by this: snapshots are saved one at a time, but on any thread of the group.
    private final Map<Identity, Integer> remembered = new LinkedHashMap<>();

    /** Of a file that may be known, by what the file system knows it. */
    int ofLinked(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        Identity identity = attributes.fileKey() == null
                ? null
                : new Identity(attributes.fileKey(), attributes.size(), attributes.lastModifiedTime());
        Integer known = known(identity);
        if (known != null) {
            return known;
        }
        int crc = of(file);
        if (identity != null && file.getFileName().toString().endsWith(".sst")) {
            remember(identity, crc);
        }
        return crc;
    }

    static int of(Path file) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (channel.read(buffer) >= 0) {
                crc.update(buffer.flip());
                buffer.clear();
            }
        }
        return (int) crc.getValue();
    }

    private synchronized @Nullable Integer known(@Nullable Identity identity) {
        return identity == null ? null : remembered.get(identity);
    }

    private synchronized void remember(Identity identity, int crc) {
        if (remembered.size() >= MAX_REMEMBERED) {
            remembered.clear();
        }
        remembered.put(identity, crc);
    }
}
