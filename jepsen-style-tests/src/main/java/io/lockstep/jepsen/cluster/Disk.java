package io.lockstep.jepsen.cluster;

import java.io.IOException;
import java.nio.file.Path;

/** Where a node keeps its data. */
sealed interface Disk permits FolderDisk, LoopDisk {

    void create() throws IOException;

    Path dataFolder();
}
