package io.lockstep.cli.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How a node's JVM is started beside others on one machine: the flags of {@code node.jvm}, which {@code kv node} uses too, and
 * what depends on that.
 */
final class NodeJvm {
    private static final String FLAGS_FILE = "kv.node.jvm";

    /** The flag that has the JVM share the classes of the build's archive, where there is one that fits. */
    private static final String SHARED = "kv.node.shared";

    /**
     * The optimising compiler takes two fifths of each node's CPU for more than a minute, which a small machine does not have:
     * at 1,000 puts a second on two cores a put took seconds at first, and takes 35 ms without. After some minutes under full
     * load it is ahead by about a third.
     */
    private static final String QUICK_COMPILER = "-XX:TieredStopAtLevel=1";

    private static final String CLASS_PATH_FILE = "kv.node.classpath";

    private NodeJvm() {}

    /** The server's; that of this JVM where none is named, as in tests, which have everything on it. */
    static String classPath() throws IOException {
        String file = System.getProperty(CLASS_PATH_FILE, "");
        return file.isEmpty() ? System.getProperty("java.class.path") : Files.readString(Path.of(file));
    }

    static List<String> flags(Path nodeDirectory) throws IOException {
        List<String> flags = new ArrayList<>();
        String file = System.getProperty(FLAGS_FILE, "");
        if (file.isEmpty()) {
            throw new IOException("the node's JVM flags are unknown: start kv with its launcher");
        }
        for (String line : Files.readAllLines(Path.of(file))) {
            String flag = line.strip();
            if (!flag.isEmpty() && !flag.startsWith("#")) {
                flags.add(flag);
            }
        }
        flags.add(QUICK_COMPILER);
        String shared = System.getProperty(SHARED, "");
        if (!shared.isEmpty()) {
            flags.add(shared);
        }
        Path log = nodeDirectory.resolve("log");
        flags.add("-XX:ErrorFile=" + log.resolve("jvm-crash.log"));
        flags.add("-XX:HeapDumpPath=" + log);
        return flags;
    }
}
