package io.lockstep.node.apply;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.node.error.KvException;
import io.lockstep.node.lease.Lease;
import io.lockstep.node.lease.LeaseReader;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.proto.log.Command;
import io.lockstep.proto.log.CommandBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The real state against the naive model: the same answers, errors and revisions for random commands; the same reads at
 * every revision; and no difference made by crashes at any flush point, replay, physical compaction or a change of state.
 */
class StateAgainstModelTest {
    private static final int STEPS = 260;
    private static final RangeRequest EVERYTHING = RangeRequest.newBuilder()
            .setKey(ByteString.copyFrom(new byte[1]))
            .setRangeEnd(ByteString.copyFrom(new byte[1]))
            .build();

    @TempDir
    Path temp;

    private final NaiveModel model = new NaiveModel();
    /** The log: entry i has index i + 1. */
    private final List<ByteBuffer> log = new ArrayList<>();
    /** By counter, which counts from 1. */
    private final List<NaiveModel.Outcome> expected = new ArrayList<>();

    private RandomCommands random;
    private StateLimits limits;
    private StateHarness node;
    private int directories;
    private long proposed;
    private int checkedResults;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void randomHistory_withCrashesCompactionAndInstalls_agreesWithTheModel(long seed) throws Exception {
        random = new RandomCommands(seed);
        limits = StateHarness.limits(2_000, 1 + random.below(12), 1 + random.below(20));
        node = new StateHarness(nextDirectory(), limits);
        for (int step = 0; step < STEPS; step++) {
            step();
        }
        node.state.endOfBatch();
        crashAndReplay();
        checkReads();
        checkHashAgainstMemberThatNeverCompacted();
        assertThat(checkedResults).isGreaterThan(STEPS);
        node.close();
    }

    /** Physical compaction is a member's own affair: one that has done all of it and one that did none hash alike. */
    private void checkHashAgainstMemberThatNeverCompacted() {
        node.runBackground();
        StateHarness lazy = new StateHarness(nextDirectory(), limits);
        replay(lazy);
        ReadView done = node.state.acquireView();
        ReadView undone = lazy.state.acquireView();
        for (long revision = Math.max(1, model.compactRevision()); revision <= model.revision(); revision++) {
            assertThat(done.hashKv(revision)).isEqualTo(undone.hashKv(revision));
        }
        done.release();
        undone.release();
        lazy.close();
    }

    private Path nextDirectory() {
        return temp.resolve("node-" + directories++);
    }

    private void step() throws IOException {
        int kind = random.below(40);
        if (kind < 28) {
            propose();
        } else if (kind < 32) {
            node.state.endOfBatch();
            checkReads();
        } else if (kind < 36 && !node.background.isEmpty()) {
            node.background.poll().run();
        } else if (kind < 38) {
            node.state.flush();
        } else if (kind == 38) {
            crashAndReplay();
        } else {
            moveByCheckpoint();
        }
    }

    private void propose() {
        CommandBatch.Builder batch = CommandBatch.newBuilder();
        for (int i = 1 + random.below(4); i > 0; i--) {
            Command.Builder command = random.command(model.revision(), model.compactRevision());
            command.getOriginBuilder()
                    .setMemberId(StateHarness.MEMBER)
                    .setBootId(StateHarness.BOOT)
                    .setCounter(++proposed);
            expected.add(model.execute(command.build()));
            batch.addCommands(command);
        }
        ByteBuffer entry = StateHarness.framed(batch.build());
        log.add(entry);
        node.applyEntry(log.size(), entry.duplicate());
        if (random.oneIn(2)) {
            node.state.endOfBatch();
        }
        checkResults();
    }

    private void checkResults() {
        for (CommandResult result : node.results) {
            NaiveModel.Outcome outcome = expected.get((int) result.counter() - 1);
            assertThat(result.rejection()).isEqualTo(outcome.rejection());
            assertThat(result.response()).isEqualTo(outcome.response());
            assertThat(result.revision()).isEqualTo(outcome.revision());
        }
        checkedResults += node.results.size();
        node.results.clear();
    }

    /** The node dies where it is; what its last flush left on disk starts again and is given the log from the start. */
    private void crashAndReplay() throws IOException {
        Path copy = StateHarness.copyOf(node.directory, nextDirectory());
        node.state.close();
        node = new StateHarness(copy, limits);
        replay(node);
    }

    private void replay(StateHarness target) {
        for (int i = 0; i < log.size(); i++) {
            target.applyEntry(i + 1, log.get(i).duplicate());
            if (random.oneIn(3)) {
                target.state.endOfBatch();
            }
        }
        target.state.endOfBatch();
        checkResults();
    }

    /** Another member, which has seen none or some of the log, takes over by checkpoint, and goes on instead. */
    private void moveByCheckpoint() {
        node.state.endOfBatch();
        Path checkpoint = temp.resolve("checkpoint-" + directories);
        node.state.checkpoint(checkpoint);
        StateHarness other = new StateHarness(nextDirectory(), limits);
        for (int i = 0; i < random.below(log.size() + 1); i++) {
            other.applyEntry(i + 1, log.get(i).duplicate());
        }
        other.state.install(checkpoint);
        assertThat(other.replacedAt).containsExactly((long) log.size());
        assertThat(hash(other)).isEqualTo(hash(node));
        node.close();
        node = other;
        node.results.clear();
    }

    private static ReadView.HashResult hash(StateHarness of) {
        ReadView view = of.state.acquireView();
        try {
            return view.hashKv(0);
        } finally {
            view.release();
        }
    }

    private void checkReads() {
        ReadView view = node.state.acquireView();
        try {
            assertThat(view.revision()).isEqualTo(model.revision());
            assertThat(view.compactRevision()).isEqualTo(model.compactRevision());
            assertThat(view.<List<Lease>>leases(LeaseReader::all)).isEqualTo(model.leases());
            for (Lease lease : model.leases()) {
                assertThat(view.<List<ByteString>>leases(table -> table.keys(lease.id())))
                        .isEqualTo(model.keysOf(lease.id()));
            }
            for (long revision = Math.max(0, model.compactRevision() - 2);
                    revision <= model.revision() + 1;
                    revision++) {
                checkRead(view, EVERYTHING.toBuilder().setRevision(revision).build());
                checkRead(
                        view,
                        random.range(model.revision()).toBuilder()
                                .setRevision(revision)
                                .build());
                checkRead(view, random.range(model.revision()));
            }
        } finally {
            view.release();
        }
    }

    private void checkRead(ReadView view, RangeRequest request) {
        String expectation;
        try {
            expectation = model.range(request).toString();
        } catch (NaiveModel.Refused e) {
            expectation = e.error.text();
        }
        String actual;
        try {
            RangeResponse response = view.range(request).toResponse().build();
            actual = response.toString();
        } catch (KvException.Rejected e) {
            actual = e.error().text();
        }
        assertThat(actual).as("%s", request).isEqualTo(expectation);
    }
}
