package io.lockstep.node.apply;

import static io.lockstep.node.apply.StateHarness.bytes;
import static io.lockstep.node.apply.StateHarness.compact;
import static io.lockstep.node.apply.StateHarness.delete;
import static io.lockstep.node.apply.StateHarness.put;
import static io.lockstep.node.apply.StateHarness.txn;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;
import io.lockstep.node.error.KvError;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.proto.log.Command;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What maintenance broke in etcd: docs/etcd-bugs.md. */
class UpkeepRegressionTest {
    @TempDir
    Path temp;

    private static String value(ReplicatedState state, String key) {
        ReadView view = state.acquireView();
        try {
            return view.range(RangeRequest.newBuilder().setKey(bytes(key)).build())
                    .toResponse()
                    .getKvs(0)
                    .getValue()
                    .toStringUtf8();
        } finally {
            view.release();
        }
    }

    /** etcd #14685: a defragmentation lost the applied index, and entries were applied twice. */
    @Test
    void crashAfterDefragment_replayOfTheLog_appliesNothingTwice() throws Exception {
        Path crashed;
        List<ByteBuffer> log = new ArrayList<>();
        try (StateHarness node = new StateHarness(temp.resolve("state"))) {
            for (int i = 1; i <= 50; i++) {
                ByteBuffer entry = node.entry(List.<Command.Builder>of(put("k", "v" + i)));
                log.add(entry.duplicate());
                node.applyEntry(i, entry);
                node.state.endOfBatch();
                if (i == 30) {
                    node.state.compactFiles();
                }
            }
            crashed = StateHarness.copyOf(node.directory, temp.resolve("crashed"));
        }
        try (StateHarness node = new StateHarness(crashed)) {
            assertThat(node.state.appliedIndex()).isGreaterThanOrEqualTo(30);
            for (int i = 1; i <= 50; i++) {
                node.applyEntry(i, log.get(i - 1).duplicate());
            }
            node.state.endOfBatch();

            assertThat(node.state.revision()).isEqualTo(51);
            assertThat(value(node.state, "k")).isEqualTo("v50");
        }
    }

    /** etcd #20653: a snapshot that was installed while the member defragmented damaged the store. */
    @Test
    void install_whileDefragmenting_givesTheStateOfTheSnapshot() {
        try (StateHarness from = new StateHarness(temp.resolve("from"));
                StateHarness to = new StateHarness(temp.resolve("to"))) {
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Void> defragmenting = CompletableFuture.runAsync(() -> {
                while (!over.get()) {
                    to.state.compactFiles();
                }
            });
            for (int round = 1; round <= 10; round++) {
                for (int i = 0; i < 20; i++) {
                    from.run(put("key" + i, "value of round " + round));
                }
                Path checkpoint = temp.resolve("checkpoint-" + round);
                from.state.checkpoint(checkpoint);

                to.state.install(checkpoint);

                ReadView expected = from.state.acquireView();
                ReadView actual = to.state.acquireView();
                assertThat(actual.hashKv(0)).isEqualTo(expected.hashKv(0));
                expected.release();
                actual.release();
            }
            over.set(true);
            defragmenting.join();
        }
    }

    /** etcd #17780: after a crash in a compaction that left no key, the revision was that of the newest key left. */
    @Test
    void crashInCompaction_noKeyIsLeft_revisionStays() throws Exception {
        Path crashed;
        try (StateHarness node = new StateHarness(temp.resolve("state"), StateHarness.limits(1 << 20, 1000, 1))) {
            for (int i = 0; i < 10; i++) {
                node.run(put("k" + i, "v"));
            }
            for (int i = 0; i < 10; i++) {
                node.run(delete("k" + i));
            }
            node.run(compact(21));
            for (int step = 0; step < 5 && !node.background.isEmpty(); step++) {
                node.background.poll().run();
            }
            node.state.flush();
            crashed = StateHarness.copyOf(node.directory, temp.resolve("crashed"));
        }
        try (StateHarness node = new StateHarness(crashed)) {
            assertThat(node.state.revision()).isEqualTo(21);
            node.runBackground();
            assertThat(node.state.revision()).isEqualTo(21);
            assertThat(node.run(put("k", "v")).revision()).isEqualTo(22);
        }
    }

    /** etcd #18667: members that had compacted to different depths applied a transaction that reads an old revision differently. */
    @Test
    void txnThatReadsACompactedRevision_isAppliedAlikeHoweverFarTheCompactionIs() {
        try (StateHarness swift = new StateHarness(temp.resolve("swift"));
                StateHarness slow = new StateHarness(temp.resolve("slow"))) {
            for (StateHarness node : List.of(swift, slow)) {
                node.run(put("k", "2"));
                node.run(put("k", "3"));
                node.run(delete("k"));
                node.run(compact(4));
            }
            swift.runBackground();
            assertThat(slow.background).isNotEmpty();

            for (long revision = 2; revision <= 4; revision++) {
                CommandResult bySwift = swift.run(txn(readsAtThenPuts(revision)));
                CommandResult bySlow = slow.run(txn(readsAtThenPuts(revision)));

                assertThat(bySlow.rejection()).isEqualTo(bySwift.rejection());
                assertThat(bySlow.rejection()).isEqualTo(revision < 4 ? KvError.COMPACTED : null);
                assertThat(bySlow.response()).isEqualTo(bySwift.response());
                assertThat(bySlow.revision()).isEqualTo(bySwift.revision());
            }
            assertThat(slow.background).isNotEmpty();
            assertThat(hash(slow.state)).isEqualTo(hash(swift.state));
        }
    }

    private static TxnRequest.Builder readsAtThenPuts(long revision) {
        return TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder()
                        .setRequestRange(
                                RangeRequest.newBuilder().setKey(bytes("k")).setRevision(revision)))
                .addSuccess(RequestOp.newBuilder()
                        .setRequestPut(PutRequest.newBuilder().setKey(bytes("seen at " + revision))));
    }

    private static ReadView.HashResult hash(ReplicatedState state) {
        ReadView view = state.acquireView();
        try {
            return view.hashKv(0);
        } finally {
            view.release();
        }
    }
}
