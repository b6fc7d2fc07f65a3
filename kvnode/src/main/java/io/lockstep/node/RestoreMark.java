package io.lockstep.node;

import io.lockstep.node.config.Founding;
import io.lockstep.node.config.NodeConfig;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The file that says what a member's state was restored from. It goes into the cluster's id: a restored cluster is another
 * one than it was, for sessions too, and a founder that was not restored, or from something else, is none of it.
 */
final class RestoreMark {
    private static final String FILE = "RESTORED";

    private RestoreMark() {}

    static Founding founding(NodeConfig config) throws IOException {
        return Founding.of(config.initialCluster(), config.clusterToken(), read(config.dataDirectory()));
    }

    private static String read(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        return Files.exists(file)
                ? Files.readString(file, StandardCharsets.UTF_8).strip()
                : "";
    }

    static void write(Path directory, String origin) throws IOException {
        Path temporary = directory.resolve(FILE + ".tmp");
        Files.writeString(temporary, origin + "\n");
        sync(temporary);
        Files.move(temporary, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        sync(directory);
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
