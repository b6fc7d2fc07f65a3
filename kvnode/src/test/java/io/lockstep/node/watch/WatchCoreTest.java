package io.lockstep.node.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchResponse;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.node.apply.AppliedChanges;
import io.lockstep.node.mvcc.ChangeChunk;
import io.lockstep.node.mvcc.KeyChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The rules of etcd's watch one by one. */
class WatchCoreTest {
    private static final WatchLimits LIMITS = new WatchLimits(
            1 << 20, new ChangeChunk.Limit(100, 1 << 20), 100, 1 << 20, 1000, 2000, Duration.ofSeconds(10));
    private static final WatchHub HUB = new WatchHub(LIMITS, () -> {
        throw new IllegalStateException("not asked here");
    });

    private final History history = new History();
    private final WatchCore core = new WatchCore(LIMITS, history::revision, bound -> bound - 1);
    private final Heard heard = new Heard();
    private final WatchStream stream = new WatchStream(HUB, heard);

    @AfterAll
    static void close() {
        HUB.close();
    }

    @Test
    void ids_areCountedGivenOrRefused() {
        core.create(stream, watch("a").build());
        core.create(stream, watch("a").setWatchId(1).build());
        core.create(stream, watch("a").build());
        core.create(stream, watch("a").setWatchId(2).build());
        core.create(stream, watch("a").setWatchId(-3).build());

        assertThat(heard.answers)
                .extracting(answer -> answer.response().getWatchId())
                .containsExactly(0L, 1L, 2L, -1L, -3L);
        assertThat(heard.answers.get(3).response())
                .isEqualTo(WatchResponse.newBuilder()
                        .setWatchId(-1)
                        .setCreated(true)
                        .setCanceled(true)
                        .setCancelReason("mvcc: duplicate watch ID provided on the WatchStream")
                        .build());
    }

    @Test
    void rangeWithoutKeysAndNegativeRevision_areRefusedAsEtcdDoes() {
        core.create(stream, watch("b").setRangeEnd(bytes("a")).build());
        assertThat(heard.last().getCancelReason()).isEqualTo("mvcc: watcher range is empty");
        assertThat(heard.last().getWatchId()).isEqualTo(-1);

        core.create(stream, watch("b").setStartRevision(-1).build());
        assertThat(heard.last().getCancelReason()).isEqualTo("etcdserver: mvcc: required revision has been compacted");
        assertThat(heard.last().getCompactRevision()).isZero();
        assertThat(core.watchers()).isZero();
    }

    @Test
    void futureRevision_isSilentUntilThen() {
        core.create(
                stream, watch("a").setStartRevision(4).setProgressNotify(true).build());
        happen("a");
        happen("a");
        core.progress(stream);
        core.tick(1);
        core.tick(TimeUnit.SECONDS.toNanos(20));
        assertThat(heard.answers).hasSize(1);

        happen("a");
        assertThat(heard.of(0)).containsExactly("4+a");
        core.progress(stream);
        assertThat(heard.last().getWatchId()).isEqualTo(-1);
    }

    @Test
    void progress_withoutWatchersOrWithAnUnsyncedOne_isNotAnswered() {
        core.progress(stream);
        assertThat(heard.answers).isEmpty();

        happen("a");
        core.create(stream, watch("a").setStartRevision(2).build());
        core.progress(stream);
        assertThat(heard.answers).hasSize(1);

        catchUp();
        core.progress(stream);
        assertThat(heard.of(0)).containsExactly("2+a");
        assertThat(heard.answers.get(2).response().getWatchId()).isEqualTo(-1);
        assertThat(heard.answers.get(2).revision()).isEqualTo(2);
    }

    /** etcd #15220: a notification must not come before an event that it covers. */
    @Test
    void progress_whileABatchWaits_tellsOnlyOfWhatWasSent() {
        core.create(stream, watch("a").build());
        AppliedChanges waiting = history.batch(List.of(List.of("a")));

        core.progress(stream);
        assertThat(heard.answers.get(1).revision()).isEqualTo(1);
        core.changes(waiting);

        assertThat(heard.of(0)).containsExactly("2+a");
    }

    @Test
    void progressNotify_comesOnlyAfterSilence() {
        core.create(stream, watch("a").setProgressNotify(true).build());
        core.tick(1);
        core.tick(TimeUnit.SECONDS.toNanos(9));
        assertThat(heard.answers).hasSize(1);
        core.tick(TimeUnit.SECONDS.toNanos(11) + 10);
        assertThat(heard.answers).hasSize(2);
        assertThat(heard.last())
                .isEqualTo(WatchResponse.newBuilder().setWatchId(0).build());

        happen("a");
        core.tick(TimeUnit.SECONDS.toNanos(22));
        core.tick(TimeUnit.SECONDS.toNanos(30));
        assertThat(heard.answers).hasSize(3);
    }

    @Test
    void compactedStart_isCreatedAndThenCancelledWithTheRevision() {
        happen("a");
        happen("a");
        happen("a");
        history.compactRevision = 3;
        core.create(stream, watch("a").setStartRevision(2).build());
        core.create(stream, watch("a").setStartRevision(3).build());
        catchUp();

        assertThat(heard.answers.get(0).response().getCreated()).isTrue();
        Heard.Answer end = heard.answers.get(2);
        assertThat(end.response())
                .isEqualTo(WatchResponse.newBuilder()
                        .setWatchId(0)
                        .setCanceled(true)
                        .setCompactRevision(3)
                        .build());
        assertThat(end.revision()).isZero();
        assertThat(heard.of(1)).containsExactly("3+a", "4+a");
    }

    /** etcd #17529: what a slow client has not taken is read from disk later, never dropped. */
    @Test
    void slowClient_fallsBackToHistoryAndMissesNothing() {
        core.create(stream, watch("a").build());
        heard.mayTake = 1;
        happen("a");
        happen("a");
        happen("a");
        assertThat(heard.of(0)).containsExactly("2+a");
        assertThat(core.unsynced()).isEqualTo(1);
        assertThat(core.slowCount()).isEqualTo(1);
        assertThat(core.nextCatchUp()).isNull();

        heard.mayTake = Integer.MAX_VALUE;
        core.ready(stream);
        catchUp();

        assertThat(heard.of(0)).containsExactly("2+a", "3+a", "4+a");
        assertThat(core.unsynced()).isZero();
    }

    @Test
    void batchThatNeverCame_isReadFromHistory() {
        core.create(stream, watch("a").build());
        history.batch(List.of(List.of("a")));
        happen("a");
        assertThat(heard.answers).hasSize(1);

        catchUp();

        assertThat(heard.of(0)).containsExactly("2+a", "3+a");
    }

    /** etcd #15271: after a snapshot a watcher goes on where it was, neither before nor behind. */
    @Test
    void snapshotInstalled_watchersGoOnFromTheirOwnCursors() {
        core.create(stream, watch("a").build());
        core.create(stream, watch("a").setStartRevision(5).build());
        happen("a");
        history.batch(List.of(List.of("a"), List.of("a"), List.of("a")));

        core.stateReplaced();
        catchUp();

        assertThat(heard.of(0)).containsExactly("2+a", "3+a", "4+a", "5+a");
        assertThat(heard.of(1)).containsExactly("5+a");
    }

    @Test
    void snapshotBehindACompaction_cancelsWhoIsTooFarBehind() {
        core.create(stream, watch("a").build());
        history.batch(List.of(List.of("a"), List.of("a"), List.of("a")));
        history.compactRevision = 4;

        core.stateReplaced();
        catchUp();

        assertThat(heard.last().getCompactRevision()).isEqualTo(4);
        assertThat(core.watchers()).isZero();
    }

    @Test
    void fragments_areCutWithinARevisionOnlyForWhoAskedForThem() {
        core.create(stream, watch("a").setRangeEnd(bytes("z")).setFragment(true).build());
        core.create(stream, watch("a").setRangeEnd(bytes("z")).build());

        core.changes(large(2, "a", "b", "c"));

        List<WatchResponse> first = heard.answers.stream()
                .map(Heard.Answer::response)
                .filter(answer -> answer.getWatchId() == 0 && !answer.getCreated())
                .toList();
        assertThat(first).extracting(WatchResponse::getFragment).containsExactly(true, true, false);
        assertThat(first).extracting(WatchResponse::getEventsCount).containsExactly(1, 1, 1);
        assertThat(heard.last().getWatchId()).isEqualTo(1);
        assertThat(heard.last().getEventsCount()).isEqualTo(3);
    }

    @Test
    void cancelled_hearsNothingMoreAndUnknownIdIsSilence() {
        core.create(stream, watch("a").build());
        core.cancel(stream, 7);
        core.cancel(stream, 0);
        happen("a");

        assertThat(heard.answers).hasSize(2);
        assertThat(heard.last())
                .isEqualTo(WatchResponse.newBuilder()
                        .setWatchId(0)
                        .setCanceled(true)
                        .build());
    }

    @Test
    void filteredEvents_areNotSentAtAll() {
        core.create(
                stream,
                watch("a").addFilters(WatchCreateRequest.FilterType.NODELETE).build());
        happen("-a");
        happen("a");

        assertThat(heard.answers).hasSize(2);
        assertThat(heard.of(0)).containsExactly("3+a");
    }

    private AppliedChanges large(long revision, String... keys) {
        List<KeyChange> changes = new ArrayList<>();
        for (String key : keys) {
            KeyValue kv = KeyValue.newBuilder()
                    .setKey(bytes(key))
                    .setValue(ByteString.copyFrom(new byte[1500]))
                    .setModRevision(revision)
                    .build();
            changes.add(new KeyChange(revision, kv.getKey(), kv, null));
        }
        history.revision = revision;
        return new AppliedChanges(revision - 1, revision, changes);
    }

    private void happen(String key) {
        core.changes(history.batch(List.of(List.of(key))));
    }

    private void catchUp() {
        CatchUp asked = core.nextCatchUp();
        assertThat(asked).isNotNull();
        core.caughtUp(asked.read(history, LIMITS.history()));
    }

    private static WatchCreateRequest.Builder watch(String key) {
        return WatchCreateRequest.newBuilder().setKey(bytes(key));
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
