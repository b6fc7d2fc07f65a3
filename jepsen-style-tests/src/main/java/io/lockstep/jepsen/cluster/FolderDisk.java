package io.lockstep.jepsen.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder: it survives the kill of a process, and knows no power cuts. */
record FolderDisk(Path folder) implements Disk {

    @Override
    public void create() throws IOException {
        Files.createDirectories(folder);
    }

    @Override
    public Path dataFolder() {
        return folder.resolve("data");
    }
}
