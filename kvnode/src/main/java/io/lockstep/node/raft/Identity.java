package io.lockstep.node.raft;

import java.io.IOException;
import java.io.StringReader;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/** The FORMAT file of a data directory: whose data it is, and who can read it. Written once, before anything else. */
final class Identity {
    private static final String FILE = "FORMAT";
    private static final int FORMAT = 1;

    private Identity() {}

    /** Claims an empty directory for this member, or makes sure that the directory is its own. */
    static void claim(RaftConfig config) throws RaftStartException {
        Path file = config.directory().resolve(FILE);
        try {
            Files.createDirectories(config.directory());
            if (Files.exists(file)) {
                check(config, file);
                return;
            }
            if (holdsRaftData(config)) {
                throw new RaftStartException("the data directory " + config.directory()
                        + " has Raft data but no FORMAT file: restore the file or use an empty directory");
            }
            write(config, file);
        } catch (IOException e) {
            throw new RaftStartException(
                    "the data directory " + config.directory() + " can't be used: " + e
                            + "; check that it exists, is writable and has free space",
                    e);
        }
    }

    private static boolean holdsRaftData(RaftConfig config) throws IOException {
        if (!Files.isDirectory(config.raftDirectory())) {
            return false;
        }
        try (Stream<Path> files = Files.list(config.raftDirectory())) {
            return files.findAny().isPresent();
        }
    }

    /** Whose the directory is, by its FORMAT file. */
    record Owner(long clusterId, long memberId, int incarnation) {}

    static Optional<Owner> owner(Path directory) throws IOException, RaftStartException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Properties found = new Properties();
        found.load(new StringReader(Files.readString(file)));
        try {
            return Optional.of(new Owner(
                    Long.parseUnsignedLong(found.getProperty("cluster-id", ""), 16),
                    Long.parseUnsignedLong(found.getProperty("member-id", ""), 16),
                    Integer.parseInt(found.getProperty("incarnation", ""))));
        } catch (NumberFormatException e) {
            throw new RaftStartException(file + " is damaged: restore it or use an empty data directory", e);
        }
    }

    private static void check(RaftConfig config, Path file) throws IOException, RaftStartException {
        Properties found = new Properties();
        found.load(new StringReader(Files.readString(file)));
        int format;
        try {
            format = Integer.parseInt(found.getProperty("format", "0"));
        } catch (NumberFormatException e) {
            format = 0;
        }
        if (format < 1) {
            throw new RaftStartException(file + " is damaged: restore it or use an empty data directory");
        }
        if (format > FORMAT) {
            throw new RaftStartException("the data directory " + config.directory() + " has format " + format
                    + " (written by version " + found.getProperty("product-version", "?") + "), this version "
                    + config.productVersion() + " reads up to " + FORMAT + ": start the newer version");
        }
        expect(config, found, "cluster-id", Long.toHexString(config.clusterId()));
        expect(config, found, "member-id", Long.toHexString(config.memberId()));
        expect(config, found, "incarnation", Integer.toString(config.self().incarnation()));
    }

    private static void expect(RaftConfig config, Properties found, String key, String wanted)
            throws RaftStartException {
        String has = found.getProperty(key, "");
        if (!has.equals(wanted)) {
            throw new RaftStartException("the data directory " + config.directory() + " belongs to " + key + " " + has
                    + ", but this member has " + key + " " + wanted
                    + ": check --data-dir, --name, --initial-cluster and --initial-cluster-token");
        }
    }

    private static void write(RaftConfig config, Path file) throws IOException {
        String text = "format=" + FORMAT + "\n"
                + "cluster-id=" + Long.toHexString(config.clusterId()) + "\n"
                + "member-id=" + Long.toHexString(config.memberId()) + "\n"
                + "incarnation=" + config.self().incarnation() + "\n"
                + "product-version=" + config.productVersion() + "\n";
        DurableFiles.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Small files that are there whole, or not at all. */
    static final class DurableFiles {
        private DurableFiles() {}

        static void write(Path file, byte[] content) throws IOException {
            Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
            Files.write(temporary, content);
            sync(temporary);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            Path directory = file.toAbsolutePath().getParent();
            if (directory != null) {
                sync(directory);
            }
        }

        private static void sync(Path path) throws IOException {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
