package io.lockstep.node.mvcc;

import io.lockstep.node.storage.Cursor;
import io.lockstep.node.storage.Database;
import io.lockstep.node.storage.Family;
import io.lockstep.node.storage.Mutations;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The physical half of compaction, in steps, each one write. What a step removes no reader of a published view can ask
 * for, because the compact revision of that view lies at or above the step's.
 *
 * <p>A change at revision r made the version before it unreachable from r on, so a compaction to C drops, for each
 * change up to C, the version that it replaced, and the change's own tombstone if it lies below C (at C it stays: a
 * watch may start there). Changes at C stay for the same reason, so the next step looks at them once more. The cost
 * follows the number of changes, not of keys. How far the steps have come is this member's own affair and shows in no
 * answer. One thread at a time, not the apply thread.
 */
public final class Compactor {
    private static final byte[] PROGRESS_ROW = "compaction".getBytes(StandardCharsets.UTF_8);

    private final Database database;
    private final int changesPerStep;
    /** Written by the thread that compacts, read by those who wait for it. */
    private volatile long doneTo;

    public Compactor(Database database, int changesPerStep) {
        this.database = database;
        this.changesPerStep = changesPerStep;
        byte[] row = database.get(Family.META, PROGRESS_ROW);
        this.doneTo = row == null ? 0 : ByteBuffer.wrap(row).getLong();
    }

    /** Everything up to this compaction is gone from the database. */
    public long doneTo() {
        return doneTo;
    }

    /** Takes one step towards a compact revision that is published. */
    public void step(long target) {
        if (target <= doneTo) {
            return;
        }
        try (Mutations mutations = database.newMutations()) {
            long reached = removeSuperseded(target, mutations);
            mutations.deleteRange(Family.CHANGES, Change.firstKeyOf(doneTo), Change.firstKeyOf(reached));
            mutations.put(
                    Family.META,
                    PROGRESS_ROW,
                    ByteBuffer.allocate(Long.BYTES).putLong(reached).array());
            database.write(mutations);
            doneTo = reached;
        }
    }

    /** Works as a compaction to the revision that it returns, which is the target or, after enough work, one before. */
    private long removeSuperseded(long target, Mutations mutations) {
        byte[] from = Change.firstKeyOf(doneTo);
        byte[] to = Change.firstKeyOf(target + 1);
        int seen = 0;
        long last = doneTo;
        // Tombstones are dropped once a later revision shows that theirs is not where this step ends.
        try (Cursor changes = database.cursor(Family.CHANGES, from, to);
                Cursor tombstones = database.cursor(Family.CHANGES, from, to)) {
            for (; changes.valid(); changes.next()) {
                Change change = Change.decode(changes.key(), changes.value());
                if (change.revision() > last) {
                    if (seen >= changesPerStep && last > doneTo) {
                        removeTombstonesBelow(last, tombstones, mutations);
                        return last;
                    }
                    last = change.revision();
                }
                seen++;
                if (change.previousModRevision() > 0) {
                    mutations.delete(Family.VERSIONS, VersionKey.of(change.userKey(), change.previousModRevision()));
                }
            }
            removeTombstonesBelow(target, tombstones, mutations);
            return target;
        }
    }

    private static void removeTombstonesBelow(long revision, Cursor changes, Mutations mutations) {
        for (; changes.valid(); changes.next()) {
            Change change = Change.decode(changes.key(), changes.value());
            if (change.revision() >= revision) {
                return;
            }
            if (change.deletion()) {
                mutations.delete(Family.VERSIONS, VersionKey.of(change.userKey(), change.revision()));
            }
        }
    }
}
