package io.lockstep.cli;

import io.lockstep.cli.cluster.ClusterFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which local cluster is meant. */
final class ClusterOptions {
    @Option(names = "--dir", paramLabel = "FOLDER", description = "Where the cluster lives. Default: .lockstep")
    @Nullable
    String directory;

    Path directory(Console console) {
        return console.resolve(directory == null ? ClusterFile.FOLDER : Bytes.text(directory));
    }
}
