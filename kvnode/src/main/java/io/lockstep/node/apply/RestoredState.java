package io.lockstep.node.apply;

import io.lockstep.api.AlarmMember;
import io.lockstep.node.mvcc.Revisions;
import io.lockstep.node.storage.ApplyBatch;
import io.lockstep.node.storage.Database;
import io.lockstep.node.storage.StorageMemory;
import io.lockstep.proto.log.MemberRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes the state of one cluster the first state of another: keys, leases and users stay; members, alarms and the place in
 * the log do not. Every founder begins with the same, at entry 0 of a new log.
 */
public final class RestoredState {
    private static final long CACHE_BYTES = 32L << 20;

    /**
     * @param bumpRevisions how many revisions are skipped, so that none that a client saw after the backup is used again
     * @param markCompacted whether watches from before the restore are told that they missed something
     */
    public record Changes(long clusterId, List<MemberRecord> founders, long bumpRevisions, boolean markCompacted) {
        public Changes {
            founders = List.copyOf(founders);
        }
    }

    /** Puts the files of a database where a state expects them. */
    @FunctionalInterface
    public interface Unpacking {
        void into(Path database) throws IOException;
    }

    private RestoredState() {}

    /**
     * Makes a state in a directory that has none. A crash in between leaves none.
     *
     * @throws StateOpenException with one line for a person
     */
    public static void make(Path directory, Unpacking unpacking, Changes changes) throws IOException {
        StateDirectory state = StateDirectory.open(directory);
        if (state.current().isPresent()) {
            throw new StateOpenException(directory + " holds a state already: restore into an empty directory");
        }
        state.sweepAllBut(state.current());
        Path path = state.newDatabase();
        unpacking.into(path);
        try (StorageMemory memory = new StorageMemory(CACHE_BYTES, CACHE_BYTES)) {
            Database database = Database.open(path, memory);
            try {
                change(database, changes);
            } finally {
                database.close();
            }
        }
        state.makeCurrent(path);
        state.markFounded();
    }

    private static void change(Database database, Changes changes) {
        StateMeta.Identity found = StateMeta.identity(database);
        if (found == null || found.format() != StateDirectory.FORMAT) {
            throw new StateOpenException("the backup does not hold a state of format " + StateDirectory.FORMAT
                    + ", which is what this software reads");
        }
        ApplyBatch batch = new ApplyBatch(database);
        StateMeta.putIdentity(batch, new StateMeta.Identity(StateDirectory.FORMAT, changes.clusterId()));
        StateMeta.members(database).forEach(member -> StateMeta.deleteMember(batch, member.getMemberId()));
        StateMeta.gone(database).forEach(member -> StateMeta.deleteGone(batch, member));
        changes.founders().forEach(founder -> StateMeta.putMember(batch, founder));
        for (AlarmMember alarm : StateMeta.alarms(database)) {
            StateMeta.deleteAlarm(batch, alarm);
        }
        Revisions before = StateMeta.position(database).revisions();
        long current = before.current() + changes.bumpRevisions();
        StateMeta.putPosition(
                batch,
                AppliedPosition.NOTHING,
                new Revisions(current, changes.markCompacted() ? current : before.compact()));
        batch.write();
        database.flush();
    }
}
