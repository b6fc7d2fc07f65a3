package io.lockstep.jepsen.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.Verdict;
import io.lockstep.jepsen.cluster.Capability;
import io.lockstep.jepsen.cluster.EtcdServer;
import io.lockstep.jepsen.cluster.LockstepServer;
import io.lockstep.jepsen.cluster.ServerKind;
import io.lockstep.jepsen.nemesis.FaultKind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Real processes, real faults: about five minutes on Lockstep, and a real etcd in the same harness as a control. Seeds are
 * fixed, so that a failure can be looked for again with {@code kv jepsen test}.
 */
@Timeout(400)
final class RealFaultsTest {
    private static final Path RESULTS = Path.of("target", "jepsen");

    @Test
    void lockstep_registerUnderPartitions_isLinearizable() throws IOException {
        lockstep("register", "partition", 30, 101);
    }

    @Test
    void lockstep_registerUnderKillsAndPauses_isLinearizable() throws IOException {
        lockstep("register", "kill-leader,kill-all,pause-leader,pause-one", 32, 102);
    }

    @Test
    void lockstep_setUnderPowerCuts_losesNothing() throws IOException {
        lockstep("set", "power", 22, 103);
    }

    /** Nobody else has what it acknowledged. */
    @Test
    void lockstep_aloneUnderPowerCuts_losesNothing() throws IOException {
        requireLockstep();
        assertValid(test(LockstepServer.onClassPath(List.of()), 1, "set", "power-all", 10, 111, false));
    }

    @Test
    void lockstep_stoppedBetweenTheStepsOfARead_isNeverStalerThanItSays() throws IOException {
        lockstep("staleness", "stop-at-steps", 20, 104);
    }

    @Test
    void lockstep_withASnapshotASlowClockAndAKill_isNeverStalerThanItSays() throws IOException {
        lockstep("staleness", "away-follower,clock-slow,kill-leader,partition-one-way-in", 28, 105);
    }

    @Test
    void lockstep_sessionsOnAnyMember_readTheirWrites() throws IOException {
        lockstep("session", "partition-leader,pause-one,kill-one", 22, 106);
    }

    /** The checker must find what reads without a token are allowed to do. */
    @Test
    void lockstep_sessionsWithoutAToken_areFoundOut() throws IOException {
        requireLockstep();
        Outcomes outcomes = test(LockstepServer.onClassPath(List.of()), "session", "partition-leader", 8, 107, true);
        assertThat(verdict(outcomes, "session")).as(Report.of(outcomes)).isEqualTo(Verdict.INVALID);
        assertThat(verdict(outcomes, "certificate")).as(Report.of(outcomes)).isEqualTo(Verdict.VALID);
    }

    @Test
    void lockstep_acknowledgementsUnderCutsAndKills_holdWhatTheyPromise() throws IOException {
        lockstep("ack", "partition-leader,kill-one", 16, 108);
    }

    @Test
    void lockstep_watchesOverASnapshotAKillAndACut_areToldEverything() throws IOException {
        lockstep("watch", "away-follower,kill-leader,partition-leader", 24, 109);
    }

    @Test
    void lockstep_leasesOverAKillAPauseAndACut_endInTimeAndWhole() throws IOException {
        lockstep("lease", "kill-leader,pause-leader,partition-leader", 24, 110);
    }

    private static void lockstep(String workload, String faults, int seconds, long seed) throws IOException {
        requireLockstep();
        assertValid(test(LockstepServer.onClassPath(List.of()), workload, faults, seconds, seed, false));
    }

    private static void requireLockstep() {
        if (!LockstepServer.isPresent()) {
            Machine.require(false, "no server: " + LockstepServer.MAIN_CLASS + " is not on the class path");
        }
        Machine.require(Capability.HOSTS, Capability.POWER_CUTS, Capability.CLOCKS);
    }

    @Test
    void etcd_setUnderPartitionKillAndPower_isValid() throws IOException {
        assertValid(test(etcd(), "set", "partition-leader,kill-leader,power-all", 20, 7, false));
    }

    @Test
    void etcd_watchesUnderAKillAndAPause_areToldEverything() throws IOException {
        assertValid(test(etcd(), "watch", "kill-leader,pause-one", 14, 12, false));
    }

    /** The checkers must find what etcd's serializable reads are allowed to do. */
    @Test
    void etcd_staleReadsJudgedAsLinearizable_areFound() throws IOException {
        Outcomes outcomes = test(etcd(), "register", "partition-leader", 12, 11, true);
        assertThat(verdict(outcomes, "certificate")).as(Report.of(outcomes)).isEqualTo(Verdict.INVALID);
        assertThat(verdict(outcomes, "linearizability")).as(Report.of(outcomes)).isEqualTo(Verdict.INVALID);
        assertThat(verdict(outcomes, "convergence")).as(Report.of(outcomes)).isEqualTo(Verdict.VALID);
    }

    private static Verdict verdict(Outcomes outcomes, String checker) {
        return outcomes.results().stream()
                .filter(result -> result.checker().equals(checker))
                .map(CheckResult::verdict)
                .reduce(Verdict.VALID, Verdict::and);
    }

    private static ServerKind etcd() {
        Optional<Path> binary = EtcdServer.find();
        Machine.require(binary.isPresent(), "no etcd: set ETCD_BIN or put it on the PATH");
        Machine.require(Capability.HOSTS, Capability.POWER_CUTS);
        return new EtcdServer(binary.orElseThrow(), List.of());
    }

    private static Outcomes test(
            ServerKind server, String workload, String faults, int seconds, long seed, boolean staleAsLinearizable)
            throws IOException {
        return test(server, 3, workload, faults, seconds, seed, staleAsLinearizable);
    }

    private static Outcomes test(
            ServerKind server,
            int nodes,
            String workload,
            String faults,
            int seconds,
            long seed,
            boolean staleAsLinearizable)
            throws IOException {
        Outcomes outcomes = TestRun.run(
                new TestOptions(
                        workload,
                        FaultKind.parse(faults),
                        Duration.ofSeconds(seconds),
                        seed,
                        nodes,
                        200,
                        server,
                        staleAsLinearizable,
                        RESULTS),
                System.out::println);
        System.out.println(Report.of(outcomes));
        return outcomes;
    }

    private static void assertValid(Outcomes outcomes) {
        assertThat(outcomes.verdict()).as(Report.of(outcomes)).isEqualTo(Verdict.VALID);
        assertThat(outcomes.faults()).isNotEmpty().allMatch(fault -> fault.effective());
    }
}
