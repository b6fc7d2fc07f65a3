package io.lockstep.node.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.lockstep.proto.backup.BackupFile;
import io.lockstep.proto.backup.BackupManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupFileTest {
    private static final Random RANDOM = new Random(7);

    @TempDir
    Path temp;

    private final Map<String, byte[]> contents = new TreeMap<>();
    private Path file;
    private byte[] whole;

    @BeforeEach
    void save() throws IOException {
        contents.put("000001.sst", bytes(70_000));
        contents.put("CURRENT", bytes(16));
        contents.put("MANIFEST-000005", bytes(0));
        Path checkpoint = Files.createDirectory(temp.resolve("checkpoint"));
        BackupManifest.Builder manifest =
                BackupManifest.newBuilder().setStateFormat(1).setRevision(9).setKeys(4);
        for (Map.Entry<String, byte[]> each : contents.entrySet()) {
            Files.write(checkpoint.resolve(each.getKey()), each.getValue());
            manifest.addFiles(BackupFile.newBuilder().setName(each.getKey()).setSizeBytes(each.getValue().length));
        }
        ByteString.Output out = ByteString.newOutput();
        try (BackupSource source = new BackupSource(checkpoint, manifest.build())) {
            long before = Long.MAX_VALUE;
            for (ByteString piece = source.next(); piece != null; piece = source.next()) {
                assertThat(source.remainingBytes()).isLessThanOrEqualTo(before);
                before = source.remainingBytes();
                piece.writeTo(out);
            }
            assertThat(before).isZero();
        }
        whole = out.toByteString().toByteArray();
        file = temp.resolve("backup.db");
        Files.write(file, whole);
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    @Test
    void whole_isWhatEtcdsToolsTakeForAStreamWithItsDigest() throws Exception {
        int content = whole.length - 32;

        assertThat(whole.length % 512).isEqualTo(32);
        assertThat(Arrays.copyOfRange(whole, content, whole.length))
                .isEqualTo(MessageDigest.getInstance("SHA-256").digest(Arrays.copyOf(whole, content)));
    }

    @Test
    void unpack_whole_givesEveryFileBack() throws IOException {
        Path target = Files.createDirectory(temp.resolve("target"));

        BackupReader.Backup backup = BackupReader.unpack(file, target, false);

        assertThat(backup.manifest().getRevision()).isEqualTo(9);
        assertThat(backup.sizeBytes()).isEqualTo(whole.length);
        for (Map.Entry<String, byte[]> each : contents.entrySet()) {
            assertThat(target.resolve(each.getKey())).hasBinaryContent(each.getValue());
        }
    }

    @Test
    void check_cutAtAnyPlace_isRefusedWithOneLine() throws IOException {
        for (int length = 0; length < whole.length; length += 1 + RANDOM.nextInt(500)) {
            refused(Arrays.copyOf(whole, length));
        }
        refused(Arrays.copyOf(whole, whole.length - 1));
        refused(Arrays.copyOf(whole, whole.length - 32));
        refused(Arrays.copyOf(whole, whole.length + 512));
    }

    @Test
    void check_anyByteChanged_isRefusedWithOneLine() throws IOException {
        for (int at = 0; at < whole.length; at += at < 300 ? 1 : 1 + RANDOM.nextInt(700)) {
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) (1 + RANDOM.nextInt(255));
            refused(damaged);
        }
    }

    /** Not only the digest finds damage: each part has a checksum of its own. */
    @Test
    void check_contentChangedAndDigestNotLookedAt_isRefusedAllTheSame() throws IOException {
        byte[] damaged = whole.clone();
        damaged[30_000] ^= 1;
        Files.write(file, damaged);

        assertThatThrownBy(() -> BackupReader.check(file, true))
                .isInstanceOf(BackupException.class)
                .hasMessage(file + " is damaged: its part 000001.sst does not match");
    }

    @Test
    void check_newerLayout_saysSo() throws IOException {
        byte[] newer = whole.clone();
        newer[19] = 2;
        Files.write(file, newer);

        assertThatThrownBy(() -> BackupReader.check(file, false))
                .hasMessageContaining("is a backup of format 2, this software reads format 1");
    }

    @Test
    void check_noFileOrAnotherKindOfFile_saysSo() throws IOException {
        assertThatThrownBy(() -> BackupReader.check(temp.resolve("nowhere"), false))
                .hasMessageEndingWith("does not exist");
        Files.write(file, new byte[4096]);
        assertThatThrownBy(() -> BackupReader.check(file, false)).hasMessageContaining("is no backup of Lockstep");
    }

    private void refused(byte[] damaged) throws IOException {
        Files.write(file, damaged);
        assertThatThrownBy(() -> BackupReader.check(file, false))
                .isInstanceOf(BackupException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageNotContaining("\n");
    }
}
