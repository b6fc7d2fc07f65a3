package io.lockstep.node.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.node.error.KvError;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.proto.log.AddMember;
import io.lockstep.proto.log.AdvanceMember;
import io.lockstep.proto.log.ClaimMember;
import io.lockstep.proto.log.Command;
import io.lockstep.proto.log.MemberRecord;
import io.lockstep.proto.log.PromoteMember;
import io.lockstep.proto.log.PublishMember;
import io.lockstep.proto.log.RemoveMember;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The member list as commands change it; the two founders are 10 and the highest id. */
class MemberCommandsTest {
    private static final int FIRST_LEVEL = 1;

    @TempDir
    Path temp;

    private static Command.Builder add(long id, boolean learner) {
        return Command.newBuilder()
                .setAddMember(AddMember.newBuilder()
                        .setMemberId(id)
                        .addPeerUrls("http://h" + id + ":1")
                        .setLearner(learner)
                        .setMaxLearners(1));
    }

    private static Command.Builder remove(long id) {
        return Command.newBuilder().setRemoveMember(RemoveMember.newBuilder().setMemberId(id));
    }

    private static AdvanceMember.Builder step(long id, int incarnation) {
        return AdvanceMember.newBuilder().setMemberId(id).setIncarnation(incarnation);
    }

    private static Command.Builder advance(AdvanceMember.Builder step) {
        return Command.newBuilder().setAdvanceMember(step);
    }

    private static Command.Builder claim(long id, int incarnation, long nonce, int level) {
        return advance(step(id, incarnation)
                .setClaimed(ClaimMember.newBuilder().setNonce(nonce).setMaxFeatureLevel(level)));
    }

    private static MemberRecord find(StateHarness node, long id) {
        ReadView view = node.state.acquireView();
        try {
            return view.members().stream()
                    .filter(member -> member.getMemberId() == id)
                    .findAny()
                    .orElseThrow();
        } finally {
            view.release();
        }
    }

    private static Set<Long> gone(StateHarness node) {
        ReadView view = node.state.acquireView();
        try {
            return view.goneMembers();
        } finally {
            view.release();
        }
    }

    private static void assertDone(StateHarness node, Command.Builder command) {
        assertThat(node.run(command).rejection()).isNull();
    }

    private static void assertRefused(StateHarness node, Command.Builder command, KvError error) {
        assertThat(node.run(command).rejection()).isEqualTo(error);
    }

    @Test
    void voter_joinsAndLeavesInStepsAndTheNextOneWaits() {
        try (StateHarness node = new StateHarness(temp.resolve("s"))) {
            assertDone(node, add(1, false));
            assertThat(find(node, 1).getStage()).isEqualTo(MemberRecord.Stage.JOINING);
            assertRefused(node, add(2, false), KvError.NOT_ENOUGH_STARTED);
            assertRefused(node, remove(StateHarness.MEMBER), KvError.NOT_ENOUGH_STARTED);
            assertDone(
                    node,
                    Command.newBuilder()
                            .setPublishMember(
                                    PublishMember.newBuilder().setMemberId(1).setName("c")));
            assertRefused(node, remove(StateHarness.MEMBER), KvError.MEMBER_CHANGE_UNFINISHED);
            assertRefused(node, add(2, false), KvError.MEMBER_CHANGE_UNFINISHED);
            assertDone(node, advance(step(1, 1).setVotes(true)));
            assertThat(find(node, 1).getStage()).isEqualTo(MemberRecord.Stage.SETTLED);

            assertDone(node, remove(1));
            assertThat(find(node, 1).getStage()).isEqualTo(MemberRecord.Stage.LEAVING);
            assertRefused(node, remove(1), KvError.MEMBER_NOT_FOUND);
            assertRefused(node, add(2, false), KvError.MEMBER_CHANGE_UNFINISHED);
            assertThat(gone(node)).isEmpty();
            assertDone(node, advance(step(1, 1).setGone(true)));
            assertThatThrownBy(() -> find(node, 1)).isInstanceOf(NoSuchElementException.class);
            assertThat(gone(node)).containsExactly(1L);
            assertRefused(node, add(1, false), KvError.MEMBER_EXISTS);
            // At the address of the one before, and never taken for it.
            assertDone(node, add(2, false));
            assertThat(find(node, 2).getIncarnation()).isEqualTo(2);
            node.state.flush();
        }
        try (StateHarness node = new StateHarness(temp.resolve("s"))) {
            assertThat(gone(node)).containsExactly(1L);
            assertThat(find(node, 2).getStage()).isEqualTo(MemberRecord.Stage.JOINING);
        }
    }

    @Test
    void report_thatComesLateOrTwice_changesNothing() {
        try (StateHarness node = new StateHarness(temp.resolve("s"))) {
            assertDone(node, add(1, false));
            assertDone(node, advance(step(1, 1).setGone(true)));
            assertThat(find(node, 1).getStage()).isEqualTo(MemberRecord.Stage.JOINING);
            assertDone(node, remove(1));
            assertDone(node, advance(step(1, 1).setVotes(true)));
            assertThat(find(node, 1).getStage()).isEqualTo(MemberRecord.Stage.LEAVING);
            assertDone(node, advance(step(1, 1).setGone(true)));
            assertRefused(node, advance(step(1, 1).setGone(true)), KvError.MEMBER_NOT_FOUND);
            assertThat(gone(node)).containsExactly(1L);
        }
    }

    @Test
    void claim_firstDataDirectoryCounts_noOther() {
        try (StateHarness node = new StateHarness(temp.resolve("s"))) {
            assertDone(node, add(1, true));
            assertRefused(node, claim(1, 2, 5, FIRST_LEVEL), KvError.MEMBER_NOT_FOUND);
            assertRefused(node, claim(1, 1, 5, 0), KvError.MEMBER_TOO_OLD);
            assertDone(node, claim(1, 1, 5, FIRST_LEVEL));
            assertDone(node, claim(1, 1, 5, FIRST_LEVEL));
            assertRefused(node, claim(1, 1, 6, FIRST_LEVEL), KvError.MEMBER_CLAIMED);
            assertThat(find(node, 1).getClaimedBy()).isEqualTo(5);
            // A founder is never claimed: it had data.
            assertRefused(node, claim(StateHarness.MEMBER, 0, 5, FIRST_LEVEL), KvError.MEMBER_NOT_FOUND);
            assertDone(node, remove(1));
            assertRefused(node, claim(1, 1, 5, FIRST_LEVEL), KvError.MEMBER_NOT_FOUND);
        }
    }

    @Test
    void learner_isPromotedOnceAndNotBesideAnotherChange() {
        try (StateHarness node = new StateHarness(temp.resolve("s"))) {
            Command.Builder promote = Command.newBuilder()
                    .setPromoteMember(PromoteMember.newBuilder().setMemberId(1));
            assertDone(node, add(1, true));
            assertRefused(node, add(2, true), KvError.TOO_MANY_LEARNERS);
            assertDone(node, add(2, false));
            assertRefused(node, promote, KvError.MEMBER_CHANGE_UNFINISHED);
            assertDone(node, remove(2));
            assertDone(node, advance(step(2, 2).setGone(true)));
            assertDone(node, promote);
            assertThat(find(node, 1).getLearner()).isFalse();
            assertThat(find(node, 1).getStage()).isEqualTo(MemberRecord.Stage.JOINING);
            assertRefused(node, promote, KvError.NOT_A_LEARNER);
        }
    }
}
