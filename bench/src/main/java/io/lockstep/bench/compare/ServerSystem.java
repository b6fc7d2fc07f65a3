package io.lockstep.bench.compare;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Something to compare, and how one member of it is started. */
public sealed interface ServerSystem {
    /** The name in tables. */
    String label();

    /** How many members its cluster has. */
    int members();

    /** The command that starts a member in the foreground. */
    List<String> command(Member member);

    /**
     * One member of a cluster of local processes.
     *
     * @param peerPort where it listens for the others
     * @param reachedAt where the others reach it: that port, or one that relays to it
     */
    record Member(String name, Path dataDir, int clientPort, int peerPort, int reachedAt, String initialCluster) {
        private List<String> etcdFlags() {
            String clientUrl = "http://127.0.0.1:" + clientPort;
            String peerUrl = "http://127.0.0.1:" + peerPort;
            return List.of(
                    "--name",
                    name,
                    "--data-dir",
                    dataDir.toString(),
                    "--listen-client-urls",
                    clientUrl,
                    "--advertise-client-urls",
                    clientUrl,
                    "--listen-peer-urls",
                    peerUrl,
                    "--initial-advertise-peer-urls",
                    "http://127.0.0.1:" + reachedAt,
                    "--initial-cluster",
                    initialCluster,
                    "--initial-cluster-state",
                    "new");
        }
    }

    /** A real etcd: its own defaults, but a quota that a benchmark does not reach. It fsyncs. */
    record Etcd(Path binary, String version) implements ServerSystem {
        /** The most that etcd recommends. */
        private static final long QUOTA_BYTES = 8L << 30;

        private static final Pattern ETCD_VERSION = Pattern.compile("etcd Version: (\\S+)");

        static Etcd of(Path binary) {
            if (!Files.isExecutable(binary)) {
                throw new IllegalArgumentException(binary + " is not an executable file");
            }
            return new Etcd(binary, askVersion(binary));
        }

        private static String askVersion(Path binary) {
            try {
                Process process = new ProcessBuilder(binary.toString(), "--version")
                        .redirectErrorStream(true)
                        .start();
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                Matcher matcher = ETCD_VERSION.matcher(output);
                if (!matcher.find()) {
                    throw new IllegalArgumentException(binary + " is no etcd: --version prints no etcd version");
                }
                return matcher.group(1);
            } catch (IOException e) {
                throw new IllegalArgumentException(binary + " can't be run: " + e.getMessage(), e);
            }
        }

        @Override
        public String label() {
            return "etcd " + version;
        }

        @Override
        public int members() {
            return 3;
        }

        @Override
        public List<String> command(Member member) {
            List<String> command = new ArrayList<>(List.of(binary.toString()));
            command.addAll(member.etcdFlags());
            command.addAll(List.of("--quota-backend-bytes", Long.toString(QUOTA_BYTES), "--log-level", "error"));
            return command;
        }
    }

    /** Lockstep from the class path of this process. It fsyncs. */
    record Lockstep(List<String> javaOptions) implements ServerSystem {
        static final String MAIN_CLASS = "io.lockstep.node.Main";

        public Lockstep {
            javaOptions = List.copyOf(javaOptions);
            try {
                Class.forName(MAIN_CLASS, false, Lockstep.class.getClassLoader());
            } catch (ClassNotFoundException e) {
                throw new IllegalArgumentException(MAIN_CLASS + " is not on the class path", e);
            }
        }

        @Override
        public String label() {
            return "lockstep";
        }

        @Override
        public int members() {
            return 3;
        }

        @Override
        public List<String> command(Member member) {
            List<String> command = new ArrayList<>(java());
            command.addAll(javaOptions);
            command.add(MAIN_CLASS);
            command.addAll(member.etcdFlags());
            return command;
        }
    }

    /** The null server, in one process. */
    record Null() implements ServerSystem {
        @Override
        public String label() {
            return "null";
        }

        @Override
        public int members() {
            return 1;
        }

        @Override
        public List<String> command(Member member) {
            List<String> command = new ArrayList<>(java());
            command.add("io.lockstep.bench.BenchCommand");
            command.addAll(List.of("null-server", "--port", Integer.toString(member.clientPort())));
            return command;
        }
    }

    /** A system whose members run on these CPUs only, as taskset counts them. */
    record Pinned(ServerSystem system, String cpus) implements ServerSystem {
        @Override
        public String label() {
            return system.label();
        }

        @Override
        public int members() {
            return system.members();
        }

        @Override
        public List<String> command(Member member) {
            List<String> command = new ArrayList<>(List.of("taskset", "-c", cpus));
            command.addAll(system.command(member));
            return command;
        }
    }

    /** A Java with the class path of this process. */
    private static List<String> java() {
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPath());
    }

    /** A test runner may start us with a jar that only points to the class path; then this property has the class path itself. */
    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /**
     * The system that a word on the command line names: lockstep, null, etcd (ETCD_BIN, else from the PATH) or etcd=BINARY.
     *
     * @throws IllegalArgumentException when there is none, with one line that says so
     */
    public static ServerSystem named(String word, List<String> javaOptions) {
        if (word.equals("lockstep")) {
            return new Lockstep(javaOptions);
        } else if (word.equals("null")) {
            return new Null();
        } else if (word.equals("etcd")) {
            return Etcd.of(etcdBinary());
        } else if (word.startsWith("etcd=")) {
            return Etcd.of(Path.of(word.substring("etcd=".length())));
        }
        throw new IllegalArgumentException(
                "there is no system " + word + ", only lockstep, etcd, etcd=BINARY and null");
    }

    private static Path etcdBinary() {
        String configured = System.getenv("ETCD_BIN");
        if (configured != null && !configured.isBlank()) {
            return Path.of(configured);
        }
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            Path candidate = Path.of(folder, "etcd");
            if (Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        throw new IllegalArgumentException("no etcd to compare with; set ETCD_BIN or put one on the PATH");
    }
}
