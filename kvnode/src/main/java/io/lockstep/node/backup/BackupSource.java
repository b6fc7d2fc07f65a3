package io.lockstep.node.backup;

import com.google.protobuf.ByteString;
import io.lockstep.proto.backup.BackupFile;
import io.lockstep.proto.backup.BackupManifest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Iterator;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A checkpoint as the bytes of a backup, piece by piece; {@link Layout} shows them. One thread at a time. */
public final class BackupSource implements AutoCloseable {
    private static final int PIECE_BYTES = 32 << 10;

    private final Path directory;
    private final Iterator<BackupFile> files;
    private final MessageDigest digest = Digests.sha256();
    private final CRC32C fileCrc = new CRC32C();
    private InputStream part;
    private boolean partIsFile;
    private @Nullable BackupFile file;
    private long leftOfFile;
    private long remainingBytes;
    private boolean paddingDone;
    private boolean digestGiven;

    /** @param directory the files that the manifest names; stays the caller's */
    public BackupSource(Path directory, BackupManifest manifest) {
        this.directory = directory;
        this.files = manifest.getFilesList().iterator();
        byte[] head = head(manifest);
        long contentBytes = head.length;
        for (BackupFile each : manifest.getFilesList()) {
            contentBytes += each.getSizeBytes() + Layout.CRC_BYTES;
        }
        this.remainingBytes = contentBytes + Layout.padding(contentBytes);
        this.part = new ByteArrayInputStream(head);
    }

    private static byte[] head(BackupManifest manifest) {
        byte[] body = manifest.toByteArray();
        ByteBuffer head = ByteBuffer.allocate(Layout.MAGIC.length + 2 * Integer.BYTES + body.length + Layout.CRC_BYTES);
        head.put(Layout.MAGIC).putInt(Layout.VERSION).putInt(body.length).put(body);
        CRC32C crc = new CRC32C();
        crc.update(head.array(), 0, head.position());
        return head.putInt((int) crc.getValue()).array();
    }

    /** What comes after the piece that was given last, the digest not counted. */
    public long remainingBytes() {
        return remainingBytes;
    }

    /** The next piece; the last one is the digest; then null. */
    public @Nullable ByteString next() throws IOException {
        if (remainingBytes == 0) {
            if (digestGiven) {
                return null;
            }
            digestGiven = true;
            return ByteString.copyFrom(digest.digest());
        }
        byte[] piece = new byte[(int) Math.min(PIECE_BYTES, remainingBytes)];
        int filled = 0;
        while (filled < piece.length) {
            int count = part.readNBytes(piece, filled, partBytes(piece.length - filled));
            if (count == 0) {
                nextPart();
                continue;
            }
            if (partIsFile) {
                fileCrc.update(piece, filled, count);
                leftOfFile -= count;
            }
            filled += count;
        }
        digest.update(piece);
        remainingBytes -= piece.length;
        return ByteString.copyFrom(piece);
    }

    /** A file that grows after it was measured ends where it did then. */
    private int partBytes(int wanted) {
        return partIsFile ? (int) Math.min(wanted, leftOfFile) : wanted;
    }

    private void nextPart() throws IOException {
        part.close();
        if (partIsFile) {
            if (leftOfFile > 0) {
                throw new IOException("file " + nameOf(file) + " of the checkpoint is shorter than it was");
            }
            partIsFile = false;
            part = new ByteArrayInputStream(ByteBuffer.allocate(Layout.CRC_BYTES)
                    .putInt((int) fileCrc.getValue())
                    .array());
        } else if (files.hasNext()) {
            BackupFile next = files.next();
            file = next;
            partIsFile = true;
            leftOfFile = next.getSizeBytes();
            fileCrc.reset();
            part = Files.newInputStream(directory.resolve(next.getName()));
        } else if (paddingDone) {
            throw new IllegalStateException("a backup is longer than it was measured to be");
        } else {
            paddingDone = true;
            part = new ByteArrayInputStream(new byte[Layout.BLOCK_BYTES]);
        }
    }

    private static String nameOf(@Nullable BackupFile file) {
        return file == null ? "?" : file.getName();
    }

    @Override
    public void close() throws IOException {
        part.close();
    }
}
