package io.lockstep.node;

import io.lockstep.node.apply.ReplicatedState;
import io.lockstep.node.apply.RestoredState;
import io.lockstep.node.apply.StateOpenException;
import io.lockstep.node.backup.BackupException;
import io.lockstep.node.backup.BackupReader;
import io.lockstep.node.config.ConfigException;
import io.lockstep.node.config.Founding;
import io.lockstep.node.config.HostPort;
import io.lockstep.proto.backup.BackupManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Makes a backup the first state of a member of a new cluster. Each founder is restored by itself, from the same file and
 * with the same cluster; {@code KvNode.start} then founds the cluster as it founds an empty one.
 *
 * @param name the member's, in the cluster
 * @param directory of its data; absent or empty
 * @param bumpRevisions as in {@link RestoredState.Changes}
 */
public record Restore(
        String name,
        Path directory,
        Map<String, HostPort> cluster,
        String clusterToken,
        long bumpRevisions,
        boolean markCompacted,
        boolean skipDigest) {
    public Restore {
        cluster = Map.copyOf(cluster);
        if (bumpRevisions < 0) {
            throw new ConfigException("--bump-revision: \"" + bumpRevisions + "\" is not a number from 0 up");
        }
        if (bumpRevisions > 0 != markCompacted) {
            throw new ConfigException("--bump-revision and --mark-compacted belong together: clients must learn that"
                    + " revisions were skipped");
        }
        if (!cluster.containsKey(name)) {
            throw new ConfigException("--initial-cluster: \"" + String.join(",", cluster.keySet())
                    + "\" does not name this member: --name is \"" + name + "\"");
        }
    }

    /**
     * Reads the file once to know that all of it is whole, then once to unpack it. What fails leaves no member behind.
     *
     * @throws IOException with one line for a person
     */
    public BackupManifest from(Path file) throws IOException {
        requireEmpty();
        BackupReader.Backup backup = BackupReader.check(file, skipDigest);
        if (backup.manifest().getStateFormat() != ReplicatedState.FORMAT) {
            throw new BackupException(file + " holds a state of format "
                    + Integer.toUnsignedString(backup.manifest().getStateFormat()) + ", this software reads format "
                    + ReplicatedState.FORMAT + ": use the software that made it");
        }
        String origin = HexFormat.of().formatHex(backup.digest()) + "+" + bumpRevisions;
        Founding founding = Founding.of(cluster, clusterToken, origin);
        Files.createDirectories(directory);
        try {
            RestoredState.make(
                    directory.resolve("state"),
                    database -> BackupReader.unpack(file, database, skipDigest),
                    new RestoredState.Changes(
                            founding.clusterId(), Wiring.founders(founding), bumpRevisions, markCompacted));
            RestoreMark.write(directory, origin);
        } catch (StateOpenException e) {
            Backups.delete(directory);
            throw new IOException(e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            Backups.delete(directory);
            throw e;
        }
        return backup.manifest();
    }

    private void requireEmpty() throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> entries = Files.list(directory)) {
            if (entries.findAny().isPresent()) {
                throw new ConfigException("--data-dir: \"" + directory
                        + "\" is not empty: a backup is restored into a new data directory");
            }
        }
    }
}
