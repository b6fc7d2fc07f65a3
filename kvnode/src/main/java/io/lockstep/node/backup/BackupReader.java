package io.lockstep.node.backup;

import com.google.protobuf.InvalidProtocolBufferException;
import io.lockstep.proto.backup.BackupFile;
import io.lockstep.proto.backup.BackupManifest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads a backup from a file, and believes nothing of it that no checksum covers. Every way in which a file can be wrong
 * ends in a {@link BackupException} with one line.
 */
public final class BackupReader {
    private static final int BUFFER_BYTES = 64 << 10;

    /**
     * What a whole backup is.
     *
     * @param digest over all of it: the same for copies, and for nothing else
     */
    public record Backup(BackupManifest manifest, byte[] digest, long sizeBytes) {}

    private final Path file;
    private final InputStream in;
    private final MessageDigest digest = Digests.sha256();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private long left;

    private BackupReader(Path file, InputStream in, long contentBytes) {
        this.file = file;
        this.in = in;
        this.left = contentBytes;
    }

    /** Reads all of it and keeps nothing. */
    public static Backup check(Path file, boolean digestMayBeWrong) throws IOException {
        return read(file, null, digestMayBeWrong);
    }

    /** Reads all of it and puts its files into this directory, on disk on return; a file that is wrong may leave some there. */
    public static Backup unpack(Path file, Path directory, boolean digestMayBeWrong) throws IOException {
        return read(file, directory, digestMayBeWrong);
    }

    private static Backup read(Path file, @Nullable Path directory, boolean digestMayBeWrong) throws IOException {
        long size;
        try {
            size = Files.size(file);
        } catch (NoSuchFileException e) {
            throw new BackupException(file + " does not exist");
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
            BackupReader reader = new BackupReader(file, in, size - Layout.DIGEST_BYTES);
            BackupManifest manifest = reader.head();
            for (BackupFile each : manifest.getFilesList()) {
                reader.content(each, directory);
            }
            reader.padding();
            return new Backup(manifest, reader.digest(digestMayBeWrong), size);
        }
    }

    private BackupManifest head() throws IOException {
        if (left < Layout.MAGIC.length + 2 * Integer.BYTES) {
            throw new BackupException(file + " is too short for a backup: " + (left + Layout.DIGEST_BYTES) + " bytes");
        }
        CRC32C crc = new CRC32C();
        byte[] fixed = take(Layout.MAGIC.length + 2 * Integer.BYTES);
        crc.update(fixed);
        ByteBuffer numbers = ByteBuffer.wrap(fixed).position(Layout.MAGIC.length);
        if (!Arrays.equals(fixed, 0, Layout.MAGIC.length, Layout.MAGIC, 0, Layout.MAGIC.length)) {
            throw new BackupException(file + " is no backup of Lockstep: it does not begin like one");
        }
        int version = numbers.getInt();
        if (version != Layout.VERSION) {
            throw new BackupException(file + " is a backup of format " + Integer.toUnsignedString(version)
                    + ", this software reads format " + Layout.VERSION + ": use the software that made it");
        }
        int length = numbers.getInt();
        if (length < 0 || length > Layout.MAX_MANIFEST_BYTES) {
            throw damaged("the length of its manifest");
        }
        byte[] body = take(length);
        crc.update(body);
        if (ByteBuffer.wrap(take(Layout.CRC_BYTES)).getInt() != (int) crc.getValue()) {
            throw damaged("its manifest");
        }
        try {
            return BackupManifest.parseFrom(body);
        } catch (InvalidProtocolBufferException e) {
            throw damaged("its manifest");
        }
    }

    private void content(BackupFile entry, @Nullable Path directory) throws IOException {
        if (directory == null) {
            copy(entry, OutputStream.nullOutputStream());
            return;
        }
        String name = entry.getName();
        if (!name.matches("[A-Za-z0-9_.-]+") || name.startsWith(".")) {
            throw damaged("the name of a file in it");
        }
        Path target = directory.resolve(name);
        try (OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
            copy(entry, out);
        }
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private void copy(BackupFile entry, OutputStream out) throws IOException {
        CRC32C crc = new CRC32C();
        long leftOfFile = entry.getSizeBytes();
        require(leftOfFile);
        while (leftOfFile > 0) {
            int count = fill((int) Math.min(buffer.length, leftOfFile));
            crc.update(buffer, 0, count);
            out.write(buffer, 0, count);
            leftOfFile -= count;
        }
        if (ByteBuffer.wrap(take(Layout.CRC_BYTES)).getInt() != (int) crc.getValue()) {
            throw damaged("its part " + entry.getName());
        }
    }

    private void padding() throws IOException {
        if (left >= Layout.BLOCK_BYTES) {
            throw new BackupException(file + " is longer than its manifest says: it is damaged");
        }
        for (byte zero : take((int) left)) {
            if (zero != 0) {
                throw damaged("its end");
            }
        }
    }

    private byte[] digest(boolean mayBeWrong) throws IOException {
        byte[] actual = digest.digest();
        byte[] stored = in.readNBytes(Layout.DIGEST_BYTES);
        if (!mayBeWrong && !Arrays.equals(stored, actual)) {
            throw damaged("its SHA-256");
        }
        return actual;
    }

    private byte[] take(int bytes) throws IOException {
        require(bytes);
        byte[] taken = in.readNBytes(bytes);
        counted(taken, taken.length, bytes);
        return taken;
    }

    private int fill(int bytes) throws IOException {
        int count = in.readNBytes(buffer, 0, bytes);
        counted(buffer, count, bytes);
        return count;
    }

    private void counted(byte[] taken, int count, int wanted) throws IOException {
        if (count < wanted) {
            throw cut();
        }
        digest.update(taken, 0, count);
        left -= count;
    }

    private void require(long bytes) throws IOException {
        if (bytes < 0 || bytes > left) {
            throw cut();
        }
    }

    private BackupException cut() {
        return new BackupException(file + " is cut off: it ends before all that its manifest names");
    }

    private BackupException damaged(String what) {
        return new BackupException(file + " is damaged: " + what + " does not match");
    }
}
