package io.lockstep.jepsen.cluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Our server: by its launcher, or as a main class on a class path. */
public record LockstepServer(List<String> program, List<String> extraFlags) implements ServerKind {
    public static final String MAIN_CLASS = "io.lockstep.node.Main";
    /** System property: the class path to run the server from, if not our own. */
    public static final String CLASS_PATH_PROPERTY = "lockstep.server.classpath";

    public LockstepServer {
        program = List.copyOf(program);
        extraFlags = List.copyOf(extraFlags);
    }

    /** Three of these share a small machine with the clients: a small heap, and a collector without threads of its own. */
    public static LockstepServer onClassPath(List<String> extraFlags) {
        List<String> program = new ArrayList<>();
        program.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        program.addAll(List.of(
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dcom.google.protobuf.use_unsafe_pre22_gencode=true",
                "-cp",
                System.getProperty(CLASS_PATH_PROPERTY, System.getProperty("java.class.path")),
                MAIN_CLASS));
        return new LockstepServer(program, extraFlags);
    }

    /** The launcher at the top of the project. */
    public static LockstepServer byLauncher(Path launcher, List<String> extraFlags) {
        return new LockstepServer(List.of(launcher.toAbsolutePath().toString(), "node"), extraFlags);
    }

    /** The same with more flags, but for those that are given already. */
    public LockstepServer with(List<String> flags) {
        List<String> all = new ArrayList<>(extraFlags);
        for (String flag : flags) {
            String name = flag.substring(0, flag.indexOf('=') + 1);
            if (extraFlags.stream().noneMatch(given -> given.startsWith(name))) {
                all.add(flag);
            }
        }
        return new LockstepServer(program, all);
    }

    /** True if the server's main class is on our class path, or a class path was named. */
    public static boolean isPresent() {
        return System.getProperty(CLASS_PATH_PROPERTY) != null
                || LockstepServer.class.getClassLoader().getResource(MAIN_CLASS.replace('.', '/') + ".class") != null;
    }

    @Override
    public boolean provesStaleness() {
        return true;
    }

    @Override
    public String name() {
        return "lockstep";
    }
}
