package io.lockstep.node.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchCreateRequest.FilterType;
import io.lockstep.api.WatchResponse;
import io.lockstep.api.mvcc.Event;
import io.lockstep.node.apply.AppliedChanges;
import io.lockstep.node.mvcc.ChangeChunk;
import io.lockstep.node.mvcc.KeyChange;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories, watchers, slow clients, lost batches, snapshots and compactions, in every order: each watcher hears what
 * it must, once, in order, whole revisions (invariant I7); progress never overtakes; only a compaction ends a watcher.
 */
class WatchCoreSimulationTest {
    private static final List<String> KEYS = List.of("a", "b", "c", "ca", "cb", "d", "e");
    private static final int STEPS = 600;
    private static final WatchLimits LIMITS =
            new WatchLimits(1 << 20, new ChangeChunk.Limit(3, 1 << 20), 4, 1 << 20, 60, 120, Duration.ofSeconds(10));
    /** Only the threads' side of it, which nothing here uses. */
    private static final WatchHub HUB = new WatchHub(LIMITS, () -> {
        throw new IllegalStateException("not asked here");
    });

    @AfterAll
    static void close() {
        HUB.close();
    }

    private static final class Client {
        final Heard heard = new Heard();
        final WatchStream stream = new WatchStream(HUB, heard);
        final List<Expected> watchers = new ArrayList<>();
    }

    private record Expected(long id, WatchRange range, WatchCreateRequest request, long from) {
        boolean wants(KeyChange change, long to) {
            boolean filtered =
                    request.getFiltersList().contains(change.put() == null ? FilterType.NODELETE : FilterType.NOPUT);
            return change.revision() >= from && change.revision() <= to && range.contains(change.key()) && !filtered;
        }
    }

    private final History history = new History();
    private final WatchCore core = new WatchCore(LIMITS, history::revision, bound -> 0);
    private final Deque<AppliedChanges> queue = new ArrayDeque<>();
    private final List<Client> clients = new ArrayList<>();
    private CatchUp asked;
    private CatchUp.Found found;
    private boolean lost;

    @ParameterizedTest
    @ValueSource(
            longs = {
                1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
                29, 30
            })
    void anyHistory_everyWatcherHearsItOnceInOrder(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < STEPS; i++) {
            step(random);
        }
        settle();
        clients.forEach(client -> client.watchers.forEach(watcher -> checkWhole(client, watcher)));
        assertThat(core.unsynced()).isZero();
    }

    private void step(Random random) {
        switch (random.nextInt(14)) {
            case 0, 1, 2 -> write(random);
            case 3, 4 -> drain();
            case 5 -> create(random);
            case 6 -> cancel(random);
            case 7 -> pick(random).heard.mayTake = random.nextInt(4);
            case 8 -> letRead(pick(random));
            case 9 -> ask();
            case 10 -> read();
            case 11 -> bring();
            case 12 -> progress(random);
            default -> rare(random);
        }
    }

    private void rare(Random random) {
        if (random.nextInt(4) == 0) {
            long newest = history.revision;
            history.compactRevision = Math.max(history.compactRevision, newest - random.nextInt(10));
        } else if (random.nextInt(6) == 0) {
            queue.clear();
            core.stateReplaced();
        }
    }

    private void write(Random random) {
        List<List<String>> revisions = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            TreeSet<String> keys = new TreeSet<>();
            for (int k = random.nextInt(3); k >= 0; k--) {
                keys.add(KEYS.get(random.nextInt(KEYS.size())));
            }
            revisions.add(keys.stream()
                    .map(key -> random.nextInt(4) == 0 ? "-" + key : key)
                    .toList());
        }
        AppliedChanges batch = history.batch(revisions);
        if (random.nextInt(10) == 0) {
            lost = true;
        } else {
            queue.add(batch);
        }
    }

    private void drain() {
        if (lost) {
            lost = false;
            queue.clear();
            core.lost();
        }
        while (!queue.isEmpty()) {
            core.changes(queue.remove());
        }
    }

    private void create(Random random) {
        Client client = pick(random);
        String key = KEYS.get(random.nextInt(KEYS.size()));
        WatchCreateRequest.Builder request = WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8(key));
        switch (random.nextInt(3)) {
            case 0 -> request.setRangeEnd(ByteString.copyFromUtf8(key + "~"));
            case 1 -> request.setRangeEnd(ByteString.copyFrom(new byte[1]));
            default -> {}
        }
        if (random.nextBoolean()) {
            request.setStartRevision(Math.max(1, history.revision + 3 - random.nextInt(12)));
        }
        if (random.nextInt(4) == 0) {
            request.addFilters(random.nextBoolean() ? FilterType.NOPUT : FilterType.NODELETE);
        }
        WatchCreateRequest built = request.build();
        long now = history.revision;
        int before = client.heard.answers.size();
        core.create(client.stream, built);
        WatchResponse created = client.heard.answers.get(before).response();
        assertThat(created.getCreated()).isTrue();
        assertThat(client.heard.answers.get(before).revision()).isEqualTo(now);
        client.watchers.add(new Expected(
                created.getWatchId(),
                WatchRange.of(built.getKey(), built.getRangeEnd()),
                built,
                built.getStartRevision() == 0 ? now + 1 : built.getStartRevision()));
    }

    private void cancel(Random random) {
        Client client = pick(random);
        if (!client.watchers.isEmpty() && random.nextInt(3) == 0) {
            core.cancel(
                    client.stream,
                    client.watchers.get(random.nextInt(client.watchers.size())).id());
        }
    }

    private Client pick(Random random) {
        if (clients.size() < 4) {
            clients.add(new Client());
        }
        return clients.get(random.nextInt(clients.size()));
    }

    private void letRead(Client client) {
        client.heard.mayTake = Integer.MAX_VALUE;
        core.ready(client.stream);
    }

    private void ask() {
        if (asked == null && found == null) {
            asked = core.nextCatchUp();
        }
    }

    private void read() {
        if (asked != null) {
            found = asked.read(history, LIMITS.history());
            asked = null;
        }
    }

    private void bring() {
        if (found != null) {
            core.caughtUp(found);
            found = null;
        }
    }

    private void progress(Random random) {
        Client client = pick(random);
        int before = client.heard.answers.size();
        core.progress(client.stream);
        for (Heard.Answer answer : client.heard.answers.subList(before, client.heard.answers.size())) {
            assertThat(answer.response().getWatchId()).isEqualTo(-1);
            client.watchers.forEach(watcher -> checkUpTo(client, watcher, answer.revision()));
        }
    }

    private void settle() {
        drain();
        clients.forEach(this::letRead);
        for (int i = 0; i < 2000; i++) {
            ask();
            read();
            bring();
            drain();
        }
    }

    private void checkWhole(Client client, Expected watcher) {
        checkUpTo(client, watcher, history.revision);
        checkAnswers(client, watcher);
    }

    /** What it heard is what it had to hear up to the revision; of one that ended, the beginning of that. */
    private void checkUpTo(Client client, Expected watcher, long revision) {
        List<String> heard = client.heard.of(watcher.id());
        List<String> expected = history.changes.stream()
                .filter(change -> watcher.wants(change, history.revision))
                .map(WatchCoreSimulationTest::text)
                .toList();
        assertThat(heard)
                .as("what watcher %s heard", watcher)
                .isEqualTo(expected.subList(0, Math.min(heard.size(), expected.size())));
        if (!isOver(client, watcher)) {
            long atLeast = history.changes.stream()
                    .filter(change -> watcher.wants(change, revision))
                    .count();
            assertThat(heard.size()).as("events that watcher %s heard", watcher).isGreaterThanOrEqualTo((int) atLeast);
        }
    }

    private static boolean isOver(Client client, Expected watcher) {
        return client.heard.answers.stream()
                .anyMatch(answer -> answer.response().getWatchId() == watcher.id()
                        && answer.response().getCanceled());
    }

    private void checkAnswers(Client client, Expected watcher) {
        boolean over = false;
        long last = 0;
        for (Heard.Answer answer : client.heard.answers) {
            if (answer.response().getWatchId() != watcher.id()) {
                continue;
            }
            assertThat(over).as("nothing follows the end").isFalse();
            over = answer.response().getCanceled();
            if (over && answer.response().getCompactRevision() != 0) {
                assertThat(answer.revision()).isZero();
            }
            List<Event> events = answer.response().getEventsList();
            if (!events.isEmpty()) {
                assertThat(events.get(0).getKv().getModRevision())
                        .as("no revision in two answers")
                        .isGreaterThan(last);
                last = events.get(events.size() - 1).getKv().getModRevision();
                assertThat(answer.revision()).isGreaterThanOrEqualTo(last);
            }
        }
    }

    private static String text(KeyChange change) {
        return change.revision()
                + (change.put() == null ? "-" : "+")
                + change.key().toStringUtf8();
    }
}
