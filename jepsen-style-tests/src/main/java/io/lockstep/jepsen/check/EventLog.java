package io.lockstep.jepsen.check;

import io.lockstep.jepsen.history.Version;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that happened in a store, by revision: what a watch from the beginning would tell, or what reads at every
 * revision show. Immutable after construction.
 */
public final class EventLog {

    /**
     * One key changed at one revision.
     *
     * @param after null: the key was deleted
     */
    public record Change(
            long revision, String key, @Nullable Version after) {}

    private final NavigableMap<Long, List<Change>> byRevision = new TreeMap<>();
    private final Map<String, NavigableMap<Long, Change>> byKey = new HashMap<>();
    private final NavigableMap<String, NavigableMap<Long, Change>> sortedKeys = new TreeMap<>();
    private final long lastRevision;

    /** @param lastRevision the store's revision when the log was taken */
    public EventLog(List<Change> changes, long lastRevision) {
        this.lastRevision = lastRevision;
        for (Change change : changes) {
            byRevision
                    .computeIfAbsent(change.revision(), revision -> new ArrayList<>())
                    .add(change);
            byKey.computeIfAbsent(change.key(), key -> new TreeMap<>()).put(change.revision(), change);
        }
        sortedKeys.putAll(byKey);
    }

    public long lastRevision() {
        return lastRevision;
    }

    public List<Change> at(long revision) {
        return byRevision.getOrDefault(revision, List.of());
    }

    public List<Change> changes() {
        List<Change> all = new ArrayList<>();
        byRevision.values().forEach(all::addAll);
        return all;
    }

    /** The key as it was once the revision was complete. */
    public Optional<Version> stateAt(String key, long revision) {
        return stateIn(byKey.get(key), revision);
    }

    /** The keys with the prefix as they were once the revision was complete, in order. */
    public List<Version> scanAt(String prefix, long revision) {
        List<Version> found = new ArrayList<>();
        for (Map.Entry<String, NavigableMap<Long, Change>> entry :
                sortedKeys.tailMap(prefix, true).entrySet()) {
            if (!entry.getKey().startsWith(prefix)) {
                break;
            }
            stateIn(entry.getValue(), revision).ifPresent(found::add);
        }
        return found;
    }

    private static Optional<Version> stateIn(@Nullable NavigableMap<Long, Change> changes, long revision) {
        if (changes == null) {
            return Optional.empty();
        }
        Map.Entry<Long, Change> last = changes.floorEntry(revision);
        return last == null
                ? Optional.empty()
                : Optional.ofNullable(last.getValue().after());
    }

    /** Rules that hold for any log, whoever caused it: no gaps, and numbers of a key that follow from one another. */
    void checkRules(Findings findings) {
        for (long revision = 2; revision <= lastRevision; revision++) {
            if (at(revision).isEmpty()) {
                findings.violation("revision %d changed nothing: revisions rise only with a change", revision);
            }
        }
        byRevision
                .headMap(2L, false)
                .keySet()
                .forEach(revision -> findings.violation("a change at revision %d: the first one is 2", revision));
        byRevision
                .tailMap(lastRevision, false)
                .keySet()
                .forEach(revision ->
                        findings.violation("a change at revision %d, but the store is at %d", revision, lastRevision));
        byRevision.forEach((revision, changes) -> {
            if (changes.stream().map(Change::key).distinct().count() != changes.size()) {
                findings.violation("revision %d changes a key twice", revision);
            }
        });
        byKey.forEach((key, changes) -> {
            Version before = null;
            for (Change change : changes.values()) {
                checkStep(key, before, change, findings);
                before = change.after();
            }
        });
    }

    private static void checkStep(String key, @Nullable Version before, Change change, Findings findings) {
        Version after = change.after();
        if (after == null) {
            if (before == null) {
                findings.violation("revision %d deletes %s, which was not there", change.revision(), key);
            }
            return;
        }
        long created = before == null ? change.revision() : before.createRevision();
        long version = before == null ? 1 : before.version() + 1;
        boolean numbers = after.modRevision() == change.revision()
                && after.createRevision() == created
                && after.version() == version;
        if (!numbers || !after.key().equals(key)) {
            findings.violation(
                    "revision %d puts %s as %s, expected create revision %d and version %d",
                    change.revision(), key, after, created, version);
        }
    }

    /** The first revision at which two logs differ, or empty. */
    public static Optional<String> difference(EventLog one, EventLog other) {
        if (one.lastRevision != other.lastRevision) {
            return Optional.of("they end at revisions " + one.lastRevision + " and " + other.lastRevision);
        }
        for (long revision = 1; revision <= one.lastRevision; revision++) {
            if (!Objects.equals(sorted(one.at(revision)), sorted(other.at(revision)))) {
                return Optional.of("at revision " + revision + ": " + one.at(revision) + " and " + other.at(revision));
            }
        }
        return Optional.empty();
    }

    private static List<Change> sorted(List<Change> changes) {
        return changes.stream().sorted(Comparator.comparing(Change::key)).toList();
    }
}
