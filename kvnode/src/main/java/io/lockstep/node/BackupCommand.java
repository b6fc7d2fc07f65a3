package io.lockstep.node;

import io.lockstep.node.backup.BackupReader;
import io.lockstep.node.config.ConfigException;
import io.lockstep.node.config.HostPort;
import io.lockstep.node.config.NodeFlags;
import io.lockstep.node.storage.StorageException;
import io.lockstep.proto.backup.BackupManifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kv snapshot status|restore}: what is done with a backup beside any server. Names and output are etcdctl's. */
@Command(
        name = "snapshot",
        mixinStandardHelpOptions = true,
        description = "Looks at a backup, or begins a new cluster with it.",
        subcommands = {BackupCommand.Status.class, BackupCommand.Restored.class})
public final class BackupCommand {
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    /** @return the exit code; what is wrong is one line on standard error */
    public static int run(String... arguments) {
        CommandLine line = new CommandLine(new BackupCommand()).setCommandName("kv snapshot");
        line.setParameterExceptionHandler((e, args) -> {
            System.err.println("kv snapshot: " + e.getMessage());
            return USAGE;
        });
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            System.err.println("kv snapshot: " + e.getMessage());
            return e instanceof ConfigException ? USAGE : FAILED;
        });
        return line.execute(arguments);
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Reads all of a backup and says what it is: hash, revision, keys, size.")
    static final class Status implements Callable<Integer> {
        private static final List<String> HEADINGS = List.of("HASH", "REVISION", "TOTAL KEYS", "TOTAL SIZE");

        @Parameters(index = "0", paramLabel = "FILE")
        private @Nullable Path file;

        @Option(
                names = {"-w", "--write-out"},
                paramLabel = "simple|json|table|fields",
                defaultValue = "simple")
        private String format = "simple";

        @Override
        public Integer call() throws IOException {
            BackupReader.Backup backup = BackupReader.check(Objects.requireNonNull(file), false);
            BackupManifest manifest = backup.manifest();
            int hash = ByteBuffer.wrap(backup.digest()).getInt();
            List<String> cells = List.of(
                    Integer.toHexString(hash),
                    Long.toString(manifest.getRevision()),
                    Long.toString(manifest.getKeys()),
                    size(backup.sizeBytes()));
            System.out.println(
                    switch (format) {
                        case "simple" -> String.join(", ", cells);
                        case "json" ->
                            "{\"hash\":" + Integer.toUnsignedLong(hash) + ",\"revision\":" + manifest.getRevision()
                                    + ",\"totalKey\":" + manifest.getKeys() + ",\"totalSize\":" + backup.sizeBytes()
                                    + "}";
                        case "fields" ->
                            "\"Hash\" : " + Integer.toUnsignedLong(hash) + "\n\"Revision\" : " + manifest.getRevision()
                                    + "\n\"Keys\" : " + manifest.getKeys() + "\n\"Size\" : " + backup.sizeBytes();
                        case "table" -> table(cells);
                        default ->
                            throw new ConfigException("-w: \"" + format + "\" is none of simple, json, table, fields");
                    });
            return 0;
        }

        private static String table(List<String> cells) {
            StringBuilder rule = new StringBuilder("+");
            StringBuilder head = new StringBuilder("|");
            StringBuilder row = new StringBuilder("|");
            for (int i = 0; i < cells.size(); i++) {
                String heading = HEADINGS.get(i);
                int width = Math.max(heading.length(), cells.get(i).length());
                int left = (width - heading.length()) / 2;
                rule.append("-".repeat(width + 2)).append('+');
                head.append(' ')
                        .append(" ".repeat(left))
                        .append(heading)
                        .append(" ".repeat(width - heading.length() - left))
                        .append(" |");
                row.append(' ')
                        .append(" ".repeat(width - cells.get(i).length()))
                        .append(cells.get(i))
                        .append(" |");
            }
            return String.join("\n", rule, head, rule, row, rule);
        }

        /** Powers of 1000, one digit after the point below ten. */
        private static String size(long bytes) {
            String[] units = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
            double value = bytes;
            int unit = 0;
            while (value >= 1000 && unit < units.length - 1) {
                value /= 1000;
                unit++;
            }
            return String.format(Locale.ROOT, value < 9.95 && unit > 0 ? "%.1f %s" : "%.0f %s", value, units[unit]);
        }
    }

    @Command(
            name = "restore",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description =
                    "Makes a backup the beginning of one member of a new cluster. Restore each founder from the same"
                            + " file and with the same options, then start them as founders.")
    static final class Restored implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "FILE")
        private @Nullable Path file;

        @Option(names = "--name", paramLabel = "NAME", defaultValue = "default", description = "The member's name.")
        private String name = "default";

        @Option(names = "--data-dir", paramLabel = "DIR", description = "Absent or empty (default: NAME.lockstep).")
        private @Nullable Path directory;

        @Option(
                names = "--initial-cluster",
                paramLabel = "NAME=URL[,NAME=URL]",
                description = "The founders; the same as they are started with (default: this member alone).")
        private @Nullable String cluster;

        @Option(
                names = "--initial-advertise-peer-urls",
                paramLabel = "URL",
                defaultValue = "http://127.0.0.1:2380",
                description = "This member's, if --initial-cluster is not given.")
        private String peerUrl = "";

        @Option(
                names = "--initial-cluster-token",
                paramLabel = "TOKEN",
                defaultValue = "lockstep-cluster",
                description = "The same as the members are started with.")
        private String token = "";

        @Option(
                names = "--bump-revision",
                paramLabel = "N",
                defaultValue = "0",
                description = "Skip so many revisions: more than clients saw after the backup.")
        private long bump;

        @Option(
                names = "--mark-compacted",
                description = "Tell watches from before that they missed something; belongs to --bump-revision.")
        private boolean markCompacted;

        @Option(names = "--skip-hash-check", description = "Take a file whose SHA-256 does not match.")
        private boolean skipDigest;

        @Override
        public Integer call() throws IOException {
            Map<String, HostPort> members = cluster == null
                    ? Map.of(name, HostPort.parse("initial-advertise-peer-urls", peerUrl))
                    : NodeFlags.members(cluster);
            Path target = directory == null ? Path.of(name + ".lockstep") : directory;
            Restore restore = new Restore(name, target, members, token, bump, markCompacted, skipDigest);
            try {
                BackupManifest manifest = restore.from(Objects.requireNonNull(file));
                System.out.println("restored revision " + (manifest.getRevision() + bump) + " with "
                        + manifest.getKeys() + " keys for member " + name + " in " + target);
                return 0;
            } catch (UncheckedIOException | StorageException e) {
                throw new IOException("the backup can't be restored into " + target + ": " + e.getMessage(), e);
            }
        }
    }
}
