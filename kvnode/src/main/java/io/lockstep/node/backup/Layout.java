package io.lockstep.node.backup;

import java.nio.charset.StandardCharsets;

/**
 * How a backup lies in its file:
 *
 * <pre>
 * "LOCKSTEP BACKUP\n"                      16 bytes
 * version of this layout                   4 bytes, big-endian like all numbers
 * length of the manifest                   4 bytes
 * manifest                                 BackupManifest
 * CRC-32C of all of the above              4 bytes
 * for each file of the manifest: content, then its CRC-32C (4 bytes)
 * zeros up to a multiple of 512
 * SHA-256 of all of the above              32 bytes
 * </pre>
 *
 * The last two lines are what etcd's tools look for in a saved stream.
 */
final class Layout {
    static final byte[] MAGIC = "LOCKSTEP BACKUP\n".getBytes(StandardCharsets.US_ASCII);
    static final int VERSION = 1;
    static final int CRC_BYTES = Integer.BYTES;
    static final int DIGEST_BYTES = 32;
    static final int BLOCK_BYTES = 512;

    /** No manifest is nearly as long; a damaged length must not ask for all memory. */
    static final int MAX_MANIFEST_BYTES = 16 << 20;

    private Layout() {}

    static long padding(long bytes) {
        return (BLOCK_BYTES - bytes % BLOCK_BYTES) % BLOCK_BYTES;
    }
}
