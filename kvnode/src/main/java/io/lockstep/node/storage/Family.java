package io.lockstep.node.storage;

import java.nio.charset.StandardCharsets;

/** The column families of the state database. All are created at once: their set is part of the format. */
public enum Family {
    /** User key to the newest version. */
    CURRENT("current"),
    /** User key and complement of the revision to an older version or a tombstone. */
    VERSIONS("versions"),
    /** Revision and sub to what changed. */
    CHANGES("changes"),
    LEASE("lease"),
    LEASE_KEY("lease_key"),
    AUTH("auth"),
    /** Applied index, revisions, members, feature level. RocksDB insists on a family of this name. */
    META("default");

    private final String diskName;

    Family(String diskName) {
        this.diskName = diskName;
    }

    byte[] diskName() {
        return diskName.getBytes(StandardCharsets.UTF_8);
    }
}
