package io.lockstep.jepsen.cluster;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * An ext4 file system in a file, which can lose power: its shutdown request stops all writing at once, without flushing
 * the journal, and what was not synchronised is gone after the next mount. A killed process alone loses nothing, because
 * the kernel keeps the pages.
 *
 * <p>Two canaries prove each cut: a file that was synchronised before must survive, and one that was not must not.
 */
final class LoopDisk implements Disk {
    /** Sparse: only what is written takes room. */
    private static final long SIZE_BYTES = 512L << 20;

    private static final String TEXT = "canary";

    private final Path image;
    private final Path mount;
    private int cuts;

    LoopDisk(Path folder, String name) {
        this.image = folder.resolve(name + ".img");
        this.mount = folder.resolve(name);
    }

    @Override
    public void create() throws IOException {
        Files.createDirectories(mount);
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(SIZE_BYTES);
        }
        Shell.must("mkfs.ext4", "-q", "-F", image.toString());
        mountImage();
    }

    private void mountImage() {
        Shell.must("mount", "-o", "loop", image.toString(), mount.toString());
    }

    @Override
    public Path dataFolder() {
        return mount.resolve("data");
    }

    /** Writes the canaries. Call while the node's process cannot run, or its next sync saves both. */
    void beforeCut() throws IOException {
        cuts++;
        try (FileChannel saved =
                FileChannel.open(canary("saved"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            saved.write(StandardCharsets.UTF_8.encode(TEXT));
            saved.force(true);
        }
        Files.writeString(canary("unsaved"), TEXT);
    }

    private Path canary(String name) {
        return mount.resolve(name + "-" + cuts);
    }

    void cutPower() {
        Shell.must("xfs_io", "-x", "-c", "shutdown", mount.toString());
    }

    /**
     * Call after the node's process is gone. Mounts again, which replays the journal.
     *
     * @return what shows that the cut had no effect, or an empty text
     */
    String restorePower() throws IOException {
        RunFolder.unmount(mount);
        mountImage();
        boolean saved = Files.exists(canary("saved"))
                && Files.readString(canary("saved")).equals(TEXT);
        boolean unsaved = Files.exists(canary("unsaved"))
                && Files.readString(canary("unsaved")).equals(TEXT);
        Files.deleteIfExists(canary("saved"));
        Files.deleteIfExists(canary("unsaved"));
        if (!saved) {
            return "a synchronised file is gone on " + mount.getFileName();
        }
        return unsaved ? "a file that was not synchronised survived on " + mount.getFileName() : "";
    }
}
