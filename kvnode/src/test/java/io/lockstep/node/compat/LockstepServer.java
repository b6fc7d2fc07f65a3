package io.lockstep.node.compat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Our own server, as a process of its own on the class path of the test, started with etcd's flags. */
final class LockstepServer {
    static final String MAIN_CLASS = "io.lockstep.node.Main";

    private LockstepServer() {}

    static boolean isOnClassPath() {
        try {
            Class.forName(MAIN_CLASS, false, LockstepServer.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** @param flags more of them */
    static ServerProcess start(String... flags) {
        return ServerProcess.start("Lockstep", (dataDir, clientUrl, peerUrl) -> {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx512m",
                    // It lives for a minute: the optimising compiler would cost more than it saves.
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-Dcom.google.protobuf.use_unsafe_pre22_gencode=true",
                    "-cp",
                    // Surefire starts us with a jar that only points to the class path: this property has the class
                    // path itself.
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                    MAIN_CLASS));
            command.addAll(EtcdServer.clusterOfOne("default", dataDir, clientUrl, peerUrl));
            command.addAll(List.of(flags));
            return command;
        });
    }
}
