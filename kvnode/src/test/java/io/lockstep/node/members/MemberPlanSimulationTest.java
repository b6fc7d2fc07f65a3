package io.lockstep.node.members;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.node.raft.MemberChange;
import io.lockstep.node.raft.PeerAddress;
import io.lockstep.node.raft.RaftMembers;
import io.lockstep.proto.log.AdvanceMember;
import io.lockstep.proto.log.MemberRecord;
import io.lockstep.proto.log.MemberRecord.Stage;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Members come and go at random while leaders are lost between any two steps, and in the middle of a promotion. */
class MemberPlanSimulationTest {
    private static final int STEPS = 400;
    private static final int LAST_STEPS = 60;

    private final Map<Long, MemberRecord> list = new TreeMap<>();
    private final Set<PeerAddress> voters = new HashSet<>();
    private final Set<PeerAddress> learners = new HashSet<>();
    private final Set<Long> running = new HashSet<>();
    private final Set<Long> caughtUp = new HashSet<>();
    private final Set<Long> gone = new HashSet<>();
    private long leader = 1;
    private long nextId = 4;

    @ParameterizedTest
    @ValueSource(longs = {0, 1_000, 2_000, 3_000})
    void leaderLostAnywhere_theConfigurationComesToTheList(long firstSeed) {
        for (long seed = firstSeed; seed < firstSeed + 250; seed++) {
            run(new Random(seed));
        }
    }

    private void run(Random random) {
        found();
        for (int i = 0; i < STEPS; i++) {
            switch (random.nextInt(8)) {
                case 0 -> add(random.nextBoolean());
                case 1 -> remove(random);
                case 2 -> promote(random);
                case 3 -> start(random);
                case 4 -> loseLeader(random);
                default -> step(random.nextInt(4) == 0);
            }
        }
        for (MemberRecord member : List.copyOf(list.values())) {
            claim(member);
            running.add(member.getMemberId());
        }
        for (int i = 0; i < LAST_STEPS; i++) {
            caughtUp.addAll(running);
            step(false);
        }
        assertThat(list.values()).allMatch(member -> member.getStage() == Stage.SETTLED);
        assertThat(addresses(false)).isEqualTo(voters);
        assertThat(addresses(true)).isEqualTo(learners);
        assertThat(next()).isInstanceOf(MemberStep.Nothing.class);
    }

    private void found() {
        list.clear();
        voters.clear();
        learners.clear();
        running.clear();
        caughtUp.clear();
        gone.clear();
        leader = 1;
        nextId = 4;
        for (long id = 1; id <= 3; id++) {
            MemberRecord founder = MemberRecord.newBuilder().setMemberId(id).build();
            list.put(id, founder);
            voters.add(address(founder));
            running.add(id);
            caughtUp.add(id);
        }
    }

    private static PeerAddress address(MemberRecord member) {
        return new PeerAddress("h" + member.getMemberId(), 1, member.getIncarnation());
    }

    private Set<PeerAddress> addresses(boolean ofLearners) {
        Set<PeerAddress> addresses = new HashSet<>();
        list.values().stream()
                .filter(member -> member.getLearner() == ofLearners)
                .forEach(member -> addresses.add(address(member)));
        return addresses;
    }

    // ---- what is applied from the log ----

    private boolean unfinished() {
        return list.values().stream().anyMatch(member -> !member.getLearner() && member.getStage() != Stage.SETTLED);
    }

    private void add(boolean learner) {
        if (!learner && unfinished()) {
            return;
        }
        long id = nextId++;
        list.put(
                id,
                MemberRecord.newBuilder()
                        .setMemberId(id)
                        .setIncarnation((int) id)
                        .setLearner(learner)
                        .setStage(learner ? Stage.SETTLED : Stage.JOINING)
                        .build());
    }

    private void remove(Random random) {
        MemberRecord member = any(random);
        long stay = list.values().stream()
                .filter(other -> !other.getLearner() && other.getStage() == Stage.SETTLED)
                .filter(other -> other.getMemberId() != member.getMemberId())
                .count();
        boolean settledVoter = !member.getLearner() && member.getStage() == Stage.SETTLED;
        if (member.getStage() != Stage.LEAVING && stay > 0 && !(settledVoter && unfinished())) {
            list.put(
                    member.getMemberId(),
                    member.toBuilder().setStage(Stage.LEAVING).build());
        }
    }

    private void promote(Random random) {
        MemberRecord member = any(random);
        if (member.getLearner() && member.getStage() == Stage.SETTLED && !unfinished()) {
            list.put(
                    member.getMemberId(),
                    member.toBuilder().setLearner(false).setStage(Stage.JOINING).build());
        }
    }

    private void report(AdvanceMember step) {
        MemberRecord member = list.get(step.getMemberId());
        if (member == null) {
            return;
        }
        if (step.getVotes()) {
            assertThat(voters).contains(address(member));
            if (member.getStage() == Stage.JOINING) {
                list.put(
                        member.getMemberId(),
                        member.toBuilder().setStage(Stage.SETTLED).build());
            }
        } else if (member.getStage() == Stage.LEAVING) {
            assertThat(voters).doesNotContain(address(member));
            assertThat(learners).doesNotContain(address(member));
            list.remove(member.getMemberId());
            gone.add(member.getMemberId());
        }
    }

    private MemberRecord any(Random random) {
        return List.copyOf(list.values()).get(random.nextInt(list.size()));
    }

    // ---- processes ----

    private void start(Random random) {
        MemberRecord member = any(random);
        if (member.getMemberId() == leader) {
            return;
        }
        claim(member);
        if (!running.remove(member.getMemberId())) {
            running.add(member.getMemberId());
            if (learners.contains(address(member)) || voters.contains(address(member))) {
                caughtUp.add(member.getMemberId());
            }
        }
    }

    private void claim(MemberRecord member) {
        if (member.getIncarnation() > 0 && member.getStage() != Stage.LEAVING) {
            list.put(member.getMemberId(), member.toBuilder().setClaimedBy(7).build());
        }
    }

    private void loseLeader(Random random) {
        List<MemberRecord> heirs = list.values().stream()
                .filter(member -> voters.contains(address(member)))
                .toList();
        leader = heirs.get(random.nextInt(heirs.size())).getMemberId();
        running.add(leader);
        caughtUp.add(leader);
    }

    // ---- the leader ----

    private MemberStep next() {
        return MemberPlan.next(
                List.copyOf(list.values()),
                new RaftMembers(voters, learners),
                MemberPlanSimulationTest::address,
                new MemberPlan.Sight(leader, running::contains, caughtUp::contains));
    }

    /** @param lost the leader is lost in the middle of what takes two changes */
    private void step(boolean lost) {
        MemberStep step = next();
        if (step instanceof MemberStep.Report report) {
            report(report.step());
        } else if (step instanceof MemberStep.HandOver handOver) {
            assertThat(voters).contains(address(list.get(handOver.toMemberId())));
            leader = handOver.toMemberId();
        } else if (step instanceof MemberStep.Promote promote) {
            assertThat(caughtUp).contains(promote.memberId());
            change(MemberChange.REMOVE_LEARNER, promote.address(), promote.memberId());
            if (!lost) {
                change(MemberChange.ADD_VOTER, promote.address(), promote.memberId());
            }
        } else if (step instanceof MemberStep.Change change) {
            change(change.change(), change.address(), change.memberId());
        }
    }

    private void change(MemberChange change, PeerAddress address, long member) {
        assertThat(gone).doesNotContain(member);
        switch (change) {
            case ADD_LEARNER -> {
                assertThat(voters).doesNotContain(address);
                assertThat(list.get(member).getClaimedBy()).isNotZero();
                assertThat(learners.add(address)).isTrue();
                caughtUp.remove(member);
                if (running.contains(member)) {
                    caughtUp.add(member);
                }
            }
            case REMOVE_LEARNER -> assertThat(learners.remove(address)).isTrue();
            case ADD_VOTER -> {
                assertThat(learners).doesNotContain(address);
                assertThat(voters.add(address)).isTrue();
            }
            case REMOVE_VOTER -> {
                assertThat(member).as("the leader is never removed").isNotEqualTo(leader);
                assertThat(voters.remove(address)).isTrue();
                assertThat(voters).isNotEmpty();
            }
        }
    }
}
