package io.lockstep.node.storage;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the commands of one batch changed, laid over the database, so that each command sees those before it. The whole
 * becomes one write. A command that turns out to be refusable only while it runs is taken back row by row.
 *
 * <p>Apply thread only. The rows of {@link Family#CURRENT} change by this thread's hand alone, so prefetched ones stay
 * true until the batch is written.
 */
public final class ApplyBatch implements Reader {
    /** Compared by identity; distinct from every value, empty ones too. */
    static final byte[] DELETED = new byte[0];

    /** What a row costs beside its key and value: tree node, arrays, undo entry. */
    private static final int ROW_OVERHEAD_BYTES = 64;

    private static final byte[] ABSENT = new byte[0];

    private record Undo(Family family, byte[] key, byte @Nullable [] before) {}

    private final Database database;
    private final Map<Family, NavigableMap<byte[], byte[]>> changes = new EnumMap<>(Family.class);
    private final Map<byte[], byte[]> fetched = new TreeMap<>(Arrays::compareUnsigned);
    private final Deque<Undo> undo = new ArrayDeque<>();
    private long sizeBytes;
    private long commandBytes;

    public ApplyBatch(Database database) {
        this.database = database;
        for (Family family : Family.values()) {
            changes.put(family, new TreeMap<>(Arrays::compareUnsigned));
        }
    }

    /** Reads rows of {@link Family#CURRENT} that commands of this batch are going to ask for, in one call. */
    public void prefetch(List<byte[]> keys) {
        List<byte @Nullable []> values = database.multiGet(Family.CURRENT, keys);
        for (int i = 0; i < keys.size(); i++) {
            byte[] value = values.get(i);
            fetched.put(keys.get(i), value == null ? ABSENT : value);
        }
    }

    @Override
    public byte @Nullable [] get(Family family, byte[] key) {
        byte[] changed = changesOf(family).get(key);
        if (changed != null) {
            return changed == DELETED ? null : changed;
        }
        byte[] known = family == Family.CURRENT ? fetched.get(key) : null;
        if (known != null) {
            return known == ABSENT ? null : known;
        }
        return database.get(family, key);
    }

    @Override
    public Cursor cursor(Family family, byte[] from, byte @Nullable [] to) {
        NavigableMap<byte[], byte[]> changed = changesOf(family);
        if (changed.isEmpty()) {
            return database.cursor(family, from, to);
        }
        NavigableMap<byte[], byte[]> inRange =
                to == null ? changed.tailMap(from, true) : changed.subMap(from, true, to, false);
        return new OverlayCursor(inRange, to, database.cursor(family, from, to));
    }

    public void put(Family family, byte[] key, byte[] value) {
        change(family, key, value);
    }

    public void delete(Family family, byte[] key) {
        change(family, key, DELETED);
    }

    private void change(Family family, byte[] key, byte[] value) {
        byte[] before = changesOf(family).put(key, value);
        undo.push(new Undo(family, key, before));
        int bytes = key.length + value.length + ROW_OVERHEAD_BYTES;
        sizeBytes += bytes;
        commandBytes += bytes;
    }

    /** Bytes that the command under way has changed. */
    public long commandBytes() {
        return commandBytes;
    }

    /** Bytes that this batch holds. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** The command under way stands: what follows belongs to the next one. */
    public void keepCommand() {
        undo.clear();
        commandBytes = 0;
    }

    /** Takes back what the command under way changed. */
    public void dropCommand() {
        while (!undo.isEmpty()) {
            Undo last = undo.pop();
            if (last.before() == null) {
                changesOf(last.family()).remove(last.key());
            } else {
                changesOf(last.family()).put(last.key(), last.before());
            }
        }
        sizeBytes -= commandBytes;
        commandBytes = 0;
    }

    /** Writes everything in one piece and starts anew. */
    public void write() {
        try (Mutations mutations = database.newMutations()) {
            changes.forEach((family, rows) -> rows.forEach((key, value) -> {
                if (value == DELETED) {
                    mutations.delete(family, key);
                } else {
                    mutations.put(family, key, value);
                }
            }));
            database.write(mutations);
        }
        changes.values().forEach(Map::clear);
        fetched.clear();
        undo.clear();
        sizeBytes = 0;
        commandBytes = 0;
    }

    private NavigableMap<byte[], byte[]> changesOf(Family family) {
        NavigableMap<byte[], byte[]> rows = changes.get(family);
        if (rows == null) {
            throw new IllegalStateException("no such family: " + family);
        }
        return rows;
    }
}
