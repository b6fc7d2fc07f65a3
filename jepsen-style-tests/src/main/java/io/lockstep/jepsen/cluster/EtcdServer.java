package io.lockstep.jepsen.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A real etcd, as a control: the same harness must find it correct, and find what is broken about it on purpose. */
public record EtcdServer(Path binary, List<String> extraFlags) implements ServerKind {

    public EtcdServer {
        extraFlags = List.copyOf(extraFlags);
    }

    /** By the environment variable ETCD_BIN, else on the PATH. */
    public static Optional<Path> find() {
        Stream<Path> named = Optional.ofNullable(System.getenv("ETCD_BIN")).map(Path::of).stream();
        Stream<Path> onPath = Arrays.stream(
                        Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, "etcd"));
        return Stream.concat(named, onPath).filter(Files::isExecutable).findFirst();
    }

    @Override
    public String name() {
        return "etcd";
    }

    @Override
    public List<String> program() {
        return List.of(binary.toString());
    }
}
