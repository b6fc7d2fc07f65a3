package io.lockstep.node.apply;

import static io.lockstep.node.apply.StateHarness.bytes;
import static io.lockstep.node.apply.StateHarness.compact;
import static io.lockstep.node.apply.StateHarness.delete;
import static io.lockstep.node.apply.StateHarness.framed;
import static io.lockstep.node.apply.StateHarness.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.api.RangeRequest;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.proto.log.Command;
import io.lockstep.proto.log.CommandBatch;
import io.lockstep.proto.log.MemberRecord;
import io.lockstep.proto.log.PublishMember;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicatedStateTest {
    @TempDir
    Path temp;

    private StateHarness open() {
        return new StateHarness(temp.resolve("state"));
    }

    private static String value(ReplicatedState state, String key) {
        ReadView view = state.acquireView();
        try {
            var result = view.range(RangeRequest.newBuilder().setKey(bytes(key)).build());
            return result.toResponse().getKvsCount() == 0
                    ? "absent"
                    : result.toResponse().getKvs(0).getValue().toStringUtf8();
        } finally {
            view.release();
        }
    }

    @Test
    void newState_holdsRevisionOneAndFounders() {
        try (StateHarness node = open()) {
            ReadView view = node.state.acquireView();
            assertThat(view.revision()).isEqualTo(1);
            assertThat(view.compactRevision()).isEqualTo(-1);
            assertThat(view.appliedIndex()).isZero();
            assertThat(view.members()).extracting(MemberRecord::getName).containsExactly("a", "b");
            view.release();
        }
    }

    @Test
    void cleanStop_keepsEverything() {
        try (StateHarness node = open()) {
            node.run(put("a", "1"));
            node.run(put("a", "2"));
            node.run(delete("b"));
        }
        try (StateHarness node = open()) {
            assertThat(value(node.state, "a")).isEqualTo("2");
            assertThat(node.state.appliedIndex()).isEqualTo(3);
            assertThat(node.state.appliedTerm()).isEqualTo(StateHarness.TERM);
            assertThat(node.run(put("c", "1")).revision()).isEqualTo(4);
        }
    }

    @Test
    void entryAtOrBelowAppliedIndex_isSkippedUnparsed() {
        try (StateHarness node = open()) {
            node.run(put("a", "1"));
            node.state.apply(1, 3, ByteBuffer.wrap(new byte[] {99}));
            node.state.endOfBatch();
            assertThat(value(node.state, "a")).isEqualTo("1");
        }
    }

    @Test
    void crash_losesOnlyWhatWasNotFlushedAndReplayBringsItBack() throws Exception {
        try (StateHarness node = open()) {
            node.run(put("a", "1"));
            node.state.flush();
            node.run(put("a", "2"));
            try (StateHarness revived = new StateHarness(StateHarness.copyOf(node.directory, temp.resolve("copy")))) {
                assertThat(revived.state.appliedIndex()).isEqualTo(1);
                assertThat(value(revived.state, "a")).isEqualTo("1");
                revived.run(put("a", "2"));
                assertThat(revived.state.acquireView().hashKv(0).hash())
                        .isEqualTo(node.state.acquireView().hashKv(0).hash());
            }
        }
    }

    @Test
    void batchBeyondItsBounds_isWrittenAndPublishedInPieces() {
        try (StateHarness node = new StateHarness(temp.resolve("s"), StateHarness.limits(1 << 20, 2, 8))) {
            node.applyEntry(
                    1, node.entry(List.of(put("a", "1"), put("b", "1"), put("c", "1"), put("d", "1"), put("e", "1"))));
            assertThat(node.publishedRevisions).containsExactly(3L, 5L);
            assertThat(node.state.appliedIndex()).isZero();
            node.state.endOfBatch();
            assertThat(node.publishedRevisions).containsExactly(3L, 5L, 6L);
            assertThat(node.state.appliedIndex()).isEqualTo(1);
        }
    }

    @Test
    void entryWrittenInPieces_isContinuedAfterACrashWhereItWasCut() throws Exception {
        StateLimits limits = StateHarness.limits(1 << 20, 2, 8);
        try (StateHarness node = new StateHarness(temp.resolve("s"), limits)) {
            ByteBuffer entry = node.entry(List.of(put("a", "1"), put("a", "2"), put("a", "3")));
            node.applyEntry(1, entry.duplicate());
            node.state.flush();
            Path copy = StateHarness.copyOf(node.directory, temp.resolve("copy"));
            try (StateHarness revived = new StateHarness(copy, limits)) {
                assertThat(value(revived.state, "a")).isEqualTo("2");
                revived.applyEntry(1, entry.duplicate());
                revived.state.endOfBatch();
                assertThat(value(revived.state, "a")).isEqualTo("3");
                assertThat(revived.state.acquireView().revision()).isEqualTo(4);
            }
        }
    }

    @Test
    void result_isReportedOnlyToItsOwnMemberAndBootAfterItsViewIsVisible() {
        try (StateHarness node = open()) {
            Command.Builder foreign = put("a", "1");
            foreign.getOriginBuilder()
                    .setMemberId(StateHarness.MEMBER)
                    .setBootId(1)
                    .setCounter(5);
            node.applyEntry(
                    1, framed(CommandBatch.newBuilder().addCommands(foreign).build()));
            node.state.endOfBatch();
            assertThat(node.results).isEmpty();
            node.applyEntry(2, node.entry(List.of(put("b", "1"))));
            assertThat(node.results).isEmpty();
            node.state.endOfBatch();
            assertThat(node.results).hasSize(1);
            assertThat(node.results.get(0).revision()).isEqualTo(3);
        }
    }

    @Test
    void checkpoint_installsIntoAnotherState() {
        try (StateHarness from = open();
                StateHarness to = new StateHarness(temp.resolve("other"))) {
            from.run(put("a", "1"));
            from.run(put("a", "2"));
            from.run(compact(3));
            from.state.checkpoint(temp.resolve("checkpoint"));
            to.run(put("a", "older"));
            ReadView before = to.state.acquireView();

            to.state.install(temp.resolve("checkpoint"));

            assertThat(to.replacedAt).containsExactly(3L);
            assertThat(value(to.state, "a")).isEqualTo("2");
            assertThat(before.range(RangeRequest.newBuilder().setKey(bytes("a")).build())
                            .count())
                    .isEqualTo(1);
            before.release();
            assertThat(to.state.acquireView().hashKv(0))
                    .isEqualTo(from.state.acquireView().hashKv(0));
            assertThat(to.directory.resolve("db-1")).doesNotExist();
        }
        try (StateHarness to = new StateHarness(temp.resolve("other"))) {
            assertThat(value(to.state, "a")).isEqualTo("2");
            assertThat(to.state.appliedIndex()).isEqualTo(3);
        }
    }

    @Test
    void olderCheckpoint_isRefusedAndChangesNothing() {
        try (StateHarness node = open()) {
            node.run(put("a", "1"));
            node.state.checkpoint(temp.resolve("checkpoint"));
            node.run(put("a", "2"));
            assertThatThrownBy(() -> node.state.install(temp.resolve("checkpoint")))
                    .isInstanceOf(ApplyException.class)
                    .hasMessageContaining("entry 2 is applied");
            assertThat(value(node.state, "a")).isEqualTo("2");
            assertThat(node.run(put("a", "3")).revision()).isEqualTo(4);
        }
    }

    @Test
    void checkpointOfAnotherCluster_isRefused() {
        StateConfig foreign =
                new StateConfig(temp.resolve("foreign"), 0x99, 1, 1, List.of(), StateHarness.smallLimits());
        ReplicatedState other = ReplicatedState.open(foreign, new StateHarness(temp.resolve("x")).listener());
        other.checkpoint(temp.resolve("checkpoint"));
        other.close();
        try (StateHarness node = open()) {
            assertThatThrownBy(() -> node.state.install(temp.resolve("checkpoint")))
                    .isInstanceOf(ApplyException.class)
                    .hasMessageContaining("belongs to cluster 99");
        }
    }

    @Test
    void publishedMember_showsInTheViewAndRaisesTheFeatureLevelOnceAllHaveReported() {
        try (StateHarness node = open()) {
            Command.Builder publish = Command.newBuilder()
                    .setPublishMember(PublishMember.newBuilder()
                            .setMemberId(StateHarness.MEMBER)
                            .setName("renamed")
                            .addClientUrls("http://127.0.0.1:1")
                            .setMaxFeatureLevel(2)
                            .setProductVersion("0.1"));
            node.run(publish);
            assertThat(node.state.acquireView().members().get(0).getName()).isEqualTo("renamed");
            assertThat(node.state.featureLevel()).isEqualTo(1);
            node.run(Command.newBuilder()
                    .setPublishMember(PublishMember.newBuilder().setMemberId(-1).setMaxFeatureLevel(3)));
            assertThat(node.state.featureLevel()).isEqualTo(2);
            CommandResult unknown = node.run(Command.newBuilder()
                    .setPublishMember(PublishMember.newBuilder().setMemberId(7)));
            assertThat(unknown.rejection()).isEqualTo(KvError.MEMBER_NOT_FOUND);
        }
        try (StateHarness node = open()) {
            assertThat(node.state.featureLevel()).isEqualTo(2);
        }
    }

    @Test
    void entryThatThisSoftwareCannotExecute_stopsTheState() {
        List<ByteBuffer> bad = List.of(
                ByteBuffer.allocate(0),
                ByteBuffer.wrap(new byte[] {2}),
                ByteBuffer.wrap(new byte[] {1, 127, 127}),
                framed(CommandBatch.newBuilder().setFeatureLevel(2).build()),
                framed(CommandBatch.newBuilder()
                        .addCommands(Command.newBuilder())
                        .build()));
        for (int i = 0; i < bad.size(); i++) {
            ByteBuffer entry = bad.get(i);
            try (StateHarness node = new StateHarness(temp.resolve("bad" + i))) {
                node.run(put("a", "1"));
                assertThatThrownBy(() -> node.state.apply(2, 3, entry))
                        .isInstanceOf(ApplyException.class)
                        .hasMessageStartingWith("log entry 2 of term 3: ");
                assertThatThrownBy(() -> node.run(put("a", "2"))).isInstanceOf(ApplyException.class);
                assertThat(value(node.state, "a")).isEqualTo("1");
            }
        }
    }

    @Test
    void secondThread_isRefusedUntilTheFirstHandsOver() {
        try (StateHarness node = open()) {
            node.run(put("a", "1"));
            assertThatThrownBy(() ->
                            CompletableFuture.runAsync(node.state::endOfBatch).join())
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(IllegalStateException.class);
            node.state.handOver();
            CompletableFuture.runAsync(node.state::endOfBatch).join();
            assertThatThrownBy(node.state::endOfBatch).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void flush_isDueAfterItsIntervalAndOnlyThen() {
        try (StateHarness node = open()) {
            node.runBackground();
            node.run(put("a", "1"));
            node.nowNanos += Duration.ofSeconds(10).toNanos() - 1;
            node.state.tick();
            assertThat(node.background).isEmpty();
            node.nowNanos++;
            node.state.tick();
            assertThat(node.background).hasSize(1);
            node.runBackground();
            node.nowNanos += Duration.ofSeconds(20).toNanos();
            node.state.tick();
            assertThat(node.background).isEmpty();
        }
    }

    @Test
    void viewHeldTooLong_isCutOff() {
        try (StateHarness node = open()) {
            ReadView held = node.state.acquireView();
            ReadView alsoHeld = node.state.acquireView();
            node.nowNanos += Duration.ofSeconds(100).toNanos();
            node.state.tick();
            RangeRequest request = RangeRequest.newBuilder().setKey(bytes("a")).build();
            assertThat(held.range(request).count()).isZero();
            node.run(put("a", "1"));
            node.nowNanos += Duration.ofSeconds(60).toNanos();
            node.state.tick();
            assertThat(held.range(request).count()).isZero();
            node.nowNanos++;
            node.state.tick();
            assertThatThrownBy(() -> held.range(request))
                    .isInstanceOf(KvException.Failed.class)
                    .hasMessage(KvError.VIEW_TOO_OLD.text());
            assertThatThrownBy(() -> alsoHeld.hashKv(0)).isInstanceOf(KvException.Failed.class);
            held.release();
            alsoHeld.release();
            assertThat(held.tryAcquire()).isFalse();
            assertThat(value(node.state, "a")).isEqualTo("1");
        }
    }

    @Test
    void damagedDirectory_isRefusedWithOneLine() throws Exception {
        open().close();
        Path state = temp.resolve("state");
        Files.writeString(state.resolve("FORMAT"), "lockstep-state 2\n");
        assertThatThrownBy(this::open).isInstanceOf(StateOpenException.class).hasMessageContaining("has format 2");
        Files.writeString(state.resolve("FORMAT"), "nonsense");
        assertThatThrownBy(this::open).isInstanceOf(StateOpenException.class).hasMessageContaining("'nonsense'");
        Files.writeString(state.resolve("FORMAT"), "lockstep-state 1\n");
        Files.writeString(state.resolve("CURRENT"), "../elsewhere");
        assertThatThrownBy(this::open).isInstanceOf(StateOpenException.class).hasMessageContaining("'../elsewhere'");
        Files.delete(state.resolve("CURRENT"));
        assertThatThrownBy(this::open).isInstanceOf(StateOpenException.class).hasMessageContaining("lost its CURRENT");
        Files.writeString(state.resolve("CURRENT"), "db-1\n");
        StateConfig other = new StateConfig(state, 5, 1, 1, List.of(), StateHarness.smallLimits());
        assertThatThrownBy(() -> ReplicatedState.open(other, null))
                .isInstanceOf(StateOpenException.class)
                .hasMessageContaining("configured for cluster 5");
        open().close();
    }
}
