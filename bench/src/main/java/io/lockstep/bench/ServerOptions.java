package io.lockstep.bench;

import io.lockstep.bench.compare.ServerSystem;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that say which servers are started, and where their data goes; shared by the commands that watch one system. */
final class ServerOptions {
    @Option(
            names = "--system",
            defaultValue = "lockstep",
            paramLabel = "SYSTEM",
            description = "lockstep, etcd or etcd=BINARY (default: ${DEFAULT-VALUE})")
    String system = "lockstep";

    @Option(
            names = "--java-options",
            defaultValue = "-Xms64m -Xmx384m -XX:MaxDirectMemorySize=256m -XX:+UseG1GC -XX:+ExitOnOutOfMemoryError"
                    + " -XX:TieredStopAtLevel=1"
                    + " -Dcom.google.protobuf.use_unsafe_pre22_gencode=true",
            paramLabel = "OPTIONS",
            description = "for each node of Lockstep; the default is what `kv up` gives")
    String javaOptions = "";

    @Option(
            names = "--dir",
            defaultValue = ".lockstep/bench",
            paramLabel = "FOLDER",
            description = "where all data goes (default: ${DEFAULT-VALUE})")
    Path folder = Path.of(".lockstep", "bench");

    ServerSystem system(CommandSpec command) {
        try {
            return ServerSystem.named(system, List.of(javaOptions.trim().split("\\s+", -1)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    Path folder() {
        return folder.toAbsolutePath();
    }
}
