package io.lockstep.node.compat;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random requests get the same answers, field by field, as from a real etcd. */
class DifferentialTest {
    private static final int SEEDS = Integer.getInteger("differential.seeds", 50);
    /** A part of the 50, for the time of all tests together; CONTRIBUTING.md has the command for all. */
    private static final int LEASE_SEEDS = Integer.getInteger("differential.leaseSeeds", 15);

    /** Fewer, as defragmenting takes its time. */
    private static final int UPKEEP_SEEDS = Integer.getInteger("differential.upkeepSeeds", 12);

    private static final int FIRST_SEED = Integer.getInteger("differential.firstSeed", 1);
    private static final int STEPS_PER_SEED = 400;
    /** After so many seeds that differ the rest would hardly tell more. */
    private static final int MAX_MISMATCHES = Integer.getInteger("differential.maxMismatches", 5);

    @Test
    void randomSteps_sentToBoth_areAnsweredTheSame() {
        compare("keys", SEEDS, StepGenerator::ofKeys);
    }

    @Test
    void randomStepsWithLeases_sentToBoth_areAnsweredTheSame() {
        compare("leases", LEASE_SEEDS, StepGenerator::ofLeases);
    }

    @Test
    void randomCallsOfOperators_sentToBoth_areAnsweredTheSame() {
        compare("upkeep", UPKEEP_SEEDS, StepGenerator::ofUpkeep);
    }

    private static void compare(String what, int seeds, LongFunction<StepGenerator> generators) {
        Path etcd = Servers.etcdOrSkip();
        try (ServerProcess subject = Servers.startSubject();
                ServerProcess oracle = EtcdServer.start(etcd);
                Connection oracleConnection = oracle.connect();
                Connection subjectConnection = subject.connect()) {
            AllowedDifferences allowed = AllowedDifferences.ofEtcd35();
            DifferentialRun run = new DifferentialRun(oracleConnection, subjectConnection, allowed, generators);
            List<String> mismatches = new ArrayList<>();
            for (int seed = FIRST_SEED; seed < FIRST_SEED + seeds && mismatches.size() < MAX_MISMATCHES; seed++) {
                run.run(seed, STEPS_PER_SEED).ifPresent(mismatch -> mismatches.add(mismatch.describe()));
            }
            System.out.printf(
                    "%s of %s against %s: %d steps, allowed differences met: %s%n%s%n",
                    what, subject.label(), oracle.label(), run.coverage().total(), allowed.met(), run.coverage());
            assertThat(mismatches).as("\n" + String.join("\n", mismatches)).isEmpty();
            assertThat(run.coverage().total()).isEqualTo(seeds * STEPS_PER_SEED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void mistake_plantedInLeasesOfServer_isFound(PlantedLeaseDifference mistake) {
        Path etcd = Servers.etcdOrSkip();
        try (ServerProcess oracle = EtcdServer.start(etcd);
                ServerProcess subject = EtcdServer.start(etcd);
                Connection oracleConnection = oracle.connect();
                Connection subjectConnection = subject.connect()) {
            DifferentialRun run = new DifferentialRun(
                    oracleConnection,
                    mistake.in(subjectConnection),
                    AllowedDifferences.ofEtcd35(),
                    StepGenerator::ofLeases);
            Optional<DifferentialRun.Mismatch> found = Optional.empty();
            for (int seed = 1; seed <= SEEDS && found.isEmpty(); seed++) {
                found = run.run(seed, STEPS_PER_SEED);
            }
            assertThat(found).as("no step of any seed met " + mistake).isPresent();
            System.out.println(mistake + ": " + found.get().describe());
        }
    }

    @ParameterizedTest
    @EnumSource
    void mistake_plantedInServer_isFound(PlantedDifference mistake) {
        Path etcd = Servers.etcdOrSkip();
        try (ServerProcess oracle = EtcdServer.start(etcd);
                ServerProcess subject = EtcdServer.start(etcd);
                Connection oracleConnection = oracle.connect();
                Connection subjectConnection = subject.connect()) {
            DifferentialRun run =
                    new DifferentialRun(oracleConnection, mistake.in(subjectConnection), AllowedDifferences.none());
            Optional<DifferentialRun.Mismatch> found = Optional.empty();
            for (int seed = 1; seed <= SEEDS && found.isEmpty(); seed++) {
                found = run.run(seed, STEPS_PER_SEED);
            }
            assertThat(found).as("no step of any seed met " + mistake).isPresent();
            System.out.println(mistake + ": " + found.get().describe());
        }
    }

    /** One such request ends the process of an etcd 3.5, so it can't be among the random ones; what counts is that ours lives on. */
    @Test
    void unknownSortTarget_sentToLockstep_leavesItAlive() {
        try (ServerProcess subject = Servers.startLockstepOrSkip();
                Connection connection = subject.connect()) {
            RangeRequest.Builder range = Requests.everything().toBuilder().setSortTargetValue(5);
            for (int order = 0; order < 3; order++) {
                Answer answer = connection.call(range.setSortOrderValue(order).build());
                if (order == 0) {
                    assertThat(answer).isInstanceOf(Answer.Given.class);
                } else {
                    assertThat(answer)
                            .isEqualTo(new Answer.Refused(
                                    Status.Code.INVALID_ARGUMENT, "etcdserver: invalid sort option"));
                }
            }
            assertThat(connection.call(Requests.everything())).isInstanceOf(Answer.Given.class);
        }
    }

    /** This one ends every member of an etcd 3.5, at each start anew; ours refuses it, and changes nothing. */
    @Test
    void putThatKeepsWhatItsTransactionDeletes_sentToLockstep_isRefused() {
        ByteString key = ByteString.copyFromUtf8("a");
        TxnRequest txn = TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder()
                        .setRequestDeleteRange(
                                DeleteRangeRequest.newBuilder().setKey(key).setRangeEnd(Requests.FIRST)))
                .addSuccess(RequestOp.newBuilder()
                        .setRequestPut(PutRequest.newBuilder().setKey(key).setIgnoreLease(true)))
                .build();
        try (ServerProcess subject = Servers.startLockstepOrSkip();
                Connection connection = subject.connect()) {
            connection.call(PutRequest.newBuilder().setKey(key).build());
            Answer before = connection.call(Requests.everything());
            assertThat(connection.call(txn)).isInstanceOf(Answer.Refused.class);
            assertThat(connection.call(Requests.everything())).isEqualTo(before);
        }
    }
}
