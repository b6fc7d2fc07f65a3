package io.lockstep.node.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.lockstep.node.storage.ApplyBatch;
import io.lockstep.node.storage.Cursor;
import io.lockstep.node.storage.Database;
import io.lockstep.node.storage.Family;
import io.lockstep.node.storage.StorageMemory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which rows are left on disk: no answer shows it, so it is looked at directly. */
class CompactorTest {
    @TempDir
    Path temp;

    private StorageMemory memory;
    private Database database;
    private ApplyBatch batch;
    private MvccWriter writer;

    @BeforeEach
    void history() {
        memory = new StorageMemory(8 << 20, 4 << 20);
        database = Database.open(temp.resolve("db"), memory);
        batch = new ApplyBatch(database);
        writer = new MvccWriter(batch, Revisions.NEW_STORE, 1 << 20);
        put("a"); // 2
        put("a"); // 3
        delete("a"); // 4
        put("b"); // 5
        put("a"); // 6
        delete("b"); // 7
        delete("a"); // 8
        put("c"); // 9
        batch.write();
    }

    @AfterEach
    void close() {
        database.close();
        memory.close();
    }

    private void put(String key) {
        ByteString k = ByteString.copyFromUtf8(key);
        writer.put(k, k, 0, writer.newest(k));
        writer.keepCommand();
    }

    private void delete(String key) {
        writer.delete(KeyRange.of(ByteString.copyFromUtf8(key), ByteString.EMPTY));
        writer.keepCommand();
    }

    private List<String> versions() {
        List<String> rows = new ArrayList<>();
        try (Cursor cursor = database.cursor(Family.VERSIONS, new byte[0], null)) {
            for (; cursor.valid(); cursor.next()) {
                rows.add(new String(VersionKey.userKeyOf(cursor.key()))
                        + VersionKey.revisionOf(cursor.key())
                        + (Tombstone.is(cursor.value()) ? "-" : ""));
            }
        }
        return rows;
    }

    private List<Long> changes() {
        List<Long> revisions = new ArrayList<>();
        try (Cursor cursor = database.cursor(Family.CHANGES, new byte[0], null)) {
            for (; cursor.valid(); cursor.next()) {
                revisions.add(Change.decode(cursor.key(), cursor.value()).revision());
            }
        }
        return revisions;
    }

    private void compact(int changesPerStep, long target) {
        Compactor compactor = new Compactor(database, changesPerStep);
        for (int steps = 0; compactor.doneTo() < target; steps++) {
            assertThat(steps).isLessThan(20);
            compactor.step(target);
        }
    }

    @Test
    void history_leavesEveryOldVersionAndTombstone() {
        assertThat(versions()).containsExactly("a8-", "a6", "a4-", "a3", "a2", "b7-", "b5");
        assertThat(changes()).containsExactly(2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 100})
    void compaction_keepsTheTombstoneAtItsRevisionAndDropsThoseBelow(int changesPerStep) {
        compact(changesPerStep, 4);
        assertThat(versions()).containsExactly("a8-", "a6", "a4-", "b7-", "b5");
        assertThat(changes()).containsExactly(4L, 5L, 6L, 7L, 8L, 9L);
        compact(changesPerStep, 6);
        assertThat(versions()).containsExactly("a8-", "a6", "b7-", "b5");
        compact(changesPerStep, 9);
        assertThat(versions()).isEmpty();
        assertThat(changes()).containsExactly(9L);
    }

    @Test
    void revisionWithMoreChangesThanAStep_isDoneInOne() {
        for (int i = 0; i < 5; i++) {
            ByteString key = ByteString.copyFromUtf8("k" + i);
            writer.put(key, key, 0, writer.newest(key));
        }
        writer.keepCommand();
        put("c"); // 11
        batch.write();
        compact(2, 10);
        compact(2, 11);
        assertThat(changes()).containsExactly(11L);
    }

    @Test
    void progress_isFoundAgainInTheDatabase() {
        new Compactor(database, 1).step(9);
        Compactor next = new Compactor(database, 1);
        assertThat(next.doneTo()).isEqualTo(2);
    }
}
