package io.lockstep.jepsen.run;

import io.lockstep.jepsen.cluster.ServerKind;
import java.nio.file.Path;

/**
 * A bulk run.
 *
 * @param keys how many are written, each once, with a value that follows from it
 * @param away whether one node is cut off while half of them are written, so that it comes back behind the others' log
 * @param results where the members' logs go
 */
public record BulkOptions(ServerKind server, int keys, int valueBytes, boolean away, Path results) {
    public BulkOptions {
        if (keys < 1 || keys > 20_000_000) {
            throw new IllegalArgumentException("--keys must be 1 to 20000000, not " + keys);
        }
        if (valueBytes < 16 || valueBytes > 65_536) {
            throw new IllegalArgumentException("--value-bytes must be 16 to 65536, not " + valueBytes);
        }
    }
}
