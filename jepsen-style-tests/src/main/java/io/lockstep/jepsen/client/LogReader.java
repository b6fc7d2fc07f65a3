package io.lockstep.jepsen.client;

import io.lockstep.jepsen.check.EventLog;
import io.lockstep.jepsen.check.EventLog.Change;
import io.lockstep.jepsen.history.Answer;
import io.lockstep.jepsen.history.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Reads the whole log of a node without a watch, from its own state at old revisions. Nothing may have been compacted.
 *
 * <p>From the newest version of each key it walks back: the state just before a version's revision holds the version
 * before. Revisions that this leaves open can only be deletes, or changes of keys that were deleted later: taking the
 * highest open one first, it is a delete, found by comparing the keys before and after it; from the version before the
 * delete the walk goes on.
 */
public final class LogReader {
    private static final int THREADS = 8;

    private final NodeClient node;
    private final TreeMap<Long, List<Change>> found = new TreeMap<>();

    private LogReader(NodeClient node) {
        this.node = node;
    }

    /** @throws io.grpc.StatusRuntimeException if the node does not answer */
    public static EventLog read(NodeClient node) {
        return new LogReader(node).read();
    }

    private EventLog read() {
        Answer newest = node.everythingAt(0);
        long last = newest.revision();
        walkAll(newest.versions());
        for (long revision = last; revision > 1; revision--) {
            if (!found.containsKey(revision)) {
                findDeletes(revision);
            }
        }
        List<Change> all = new ArrayList<>();
        found.values().forEach(all::addAll);
        return new EventLog(all, last);
    }

    /** Each key's walk is a chain of reads; different keys' walks go side by side. */
    private void walkAll(List<Version> newest) {
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<List<Change>>> walks = new ArrayList<>();
            newest.forEach(version -> walks.add(pool.submit(() -> walkBack(version))));
            for (Future<List<Change>> walk : walks) {
                walk.get().forEach(this::add);
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            pool.shutdownNow();
        }
    }

    private void add(Change change) {
        found.computeIfAbsent(change.revision(), revision -> new ArrayList<>()).add(change);
    }

    private List<Change> walkBack(Version newest) {
        List<Change> changes = new ArrayList<>();
        Optional<Version> version = Optional.of(newest);
        while (version.isPresent()) {
            Version now = version.get();
            changes.add(new Change(now.modRevision(), now.key(), now));
            // A node that shows the same version again would keep us here for ever.
            version = now.modRevision() > 2 && now.version() > 1
                    ? node.stateAt(now.key(), now.modRevision() - 1)
                            .filter(older -> older.modRevision() < now.modRevision())
                    : Optional.empty();
        }
        return changes;
    }

    private void findDeletes(long revision) {
        Map<String, Version> before = new HashMap<>();
        node.everythingAt(revision - 1).versions().forEach(version -> before.put(version.key(), version));
        node.everythingAt(revision).versions().forEach(version -> before.remove(version.key()));
        for (Version gone : before.values()) {
            add(new Change(revision, gone.key(), null));
            walkBack(gone).forEach(this::add);
        }
    }
}
