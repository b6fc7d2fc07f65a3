package io.lockstep.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.api.ReadPath;
import io.lockstep.lab.chart.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the lab concludes from histories that are written by hand. Times in milliseconds of the time line. */
final class AnalysisTest {
    private static final long ORIGIN_NANOS = 5_000_000_000L;
    private static final Fault PARTITION =
            new Fault(Fault.Kind.PARTITION, 1, at(2_000), at(2_100), at(6_000), at(6_100));

    private final List<Sample> samples = new ArrayList<>();

    private static long at(long millis) {
        return ORIGIN_NANOS + millis * 1_000_000;
    }

    private void write(Setting setting, int sequence, long sent, long acknowledged, long revision) {
        samples.add(new Sample(
                setting,
                2,
                sequence,
                0,
                at(sent),
                at(acknowledged),
                Sample.Result.ANSWERED,
                revision,
                0,
                ReadPath.READ_PATH_UNSET,
                0));
    }

    private Sample read(Setting setting, int node, long sent, long revision, long provenMillis) {
        Sample read = new Sample(
                setting,
                node,
                0,
                0,
                at(sent),
                at(sent + 3),
                Sample.Result.ANSWERED,
                revision,
                provenMillis,
                ReadPath.READ_PATH_STALE,
                0);
        samples.add(read);
        return read;
    }

    private LabRun run(Map<Setting, Set<String>> found) {
        Evidence evidence = new Evidence(ORIGIN_NANOS, at(10_000), List.of(PARTITION), samples, found, 0);
        LabRun.Sales none = new LabRun.Sales(0, 0, 0, 0, 0);
        return Analysis.of(
                evidence,
                new LabRun.Circumstances("kv lab", false, Map.of()),
                new LabRun.ShopFigures(1, 1, none, none));
    }

    private LabRun run() {
        return run(Map.of());
    }

    @Test
    void trueStaleness_ofAnAnswerWithEveryWrite_is0() {
        write(Setting.QUORUM, 0, 0, 10, 7);
        Sample read = read(Setting.STALE, 1, 500, 7, 0);
        assertThat(new TrueStaleness(samples).ofNanos(read)).isZero();
    }

    @Test
    void trueStaleness_ofAnAnswerThatMissesWrites_isTheAgeOfTheOldestOne() {
        write(Setting.QUORUM, 0, 0, 10, 7);
        write(Setting.ALL, 0, 0, 100, 8);
        write(Setting.QUORUM, 1, 0, 400, 9);
        Sample read = read(Setting.STALE, 1, 500, 7, 0);
        assertThat(new TrueStaleness(samples).ofNanos(read)).isEqualTo(400 * 1_000_000L);
    }

    /** Acknowledgements can come in another order than revisions. */
    @Test
    void trueStaleness_laterRevisionAcknowledgedEarlier_countsFromTheEarlier() {
        write(Setting.ALL, 0, 0, 450, 8);
        write(Setting.QUORUM, 0, 0, 100, 9);
        Sample read = read(Setting.STALE, 1, 500, 7, 0);
        assertThat(new TrueStaleness(samples).ofNanos(read)).isEqualTo(400 * 1_000_000L);
    }

    @Test
    void trueStaleness_writeAcknowledgedAfterTheRequestWasSent_doesNotCount() {
        write(Setting.QUORUM, 0, 0, 501, 8);
        Sample read = read(Setting.STALE, 1, 500, 7, 0);
        assertThat(new TrueStaleness(samples).ofNanos(read)).isZero();
    }

    @Test
    void trueStaleness_acceptedWrite_hasNoRevisionAndDoesNotCount() {
        write(Setting.ACCEPTED, 0, 0, 100, 0);
        Sample read = read(Setting.STALE, 1, 500, 7, 0);
        assertThat(new TrueStaleness(samples).ofNanos(read)).isZero();
    }

    @Test
    void proof_answerStalerThanProven_isAViolation() {
        write(Setting.QUORUM, 0, 0, 100, 8);
        read(Setting.STALE, 1, 500, 7, 400);
        read(Setting.STALE, 1, 500, 7, 399);
        read(Setting.STALE, 1, 500, 7, Sample.UNPROVEN);
        LabRun run = run();
        assertThat(run.proof().compared()).isEqualTo(2);
        assertThat(run.proof().violations()).isEqualTo(1);
        assertThat(run.proof().unproven()).isEqualTo(1);
        assertThat(run.read(Setting.STALE).broken()).isEqualTo(1);
        assertThat(run.read(Setting.STALE).stalestProven()).contains(new Point(400, 400));
        assertThat(LabPage.of(run)).contains("1 of them were STALER than they had proven");
    }

    @Test
    void promises_brokenOnes_areCounted() {
        write(Setting.QUORUM, 0, 0, 100, 8);
        read(Setting.LINEARIZABLE, 1, 500, 7, 0);
        read(Setting.BOUNDED, 1, 601, 7, 1_000);
        read(Setting.BOUNDED, 1, 600, 7, 1_000);
        samples.add(new Sample(
                Setting.SESSION,
                1,
                0,
                9,
                at(500),
                at(501),
                Sample.Result.ANSWERED,
                8,
                Sample.UNPROVEN,
                ReadPath.READ_PATH_MIN_REVISION,
                0));
        LabRun run = run();
        assertThat(run.read(Setting.LINEARIZABLE).broken()).isEqualTo(1);
        assertThat(run.read(Setting.BOUNDED).broken()).isEqualTo(1);
        assertThat(run.read(Setting.SESSION).broken()).isEqualTo(1);
    }

    @Test
    void losses_acknowledgedKeyThatIsNotFound_isLost() {
        write(Setting.ACCEPTED, 0, 100, 110, 0);
        write(Setting.ACCEPTED, 1, 200, 210, 0);
        write(Setting.QUORUM, 0, 100, 110, 5);
        samples.add(new Sample(
                Setting.QUORUM,
                2,
                1,
                0,
                at(300),
                at(1_300),
                Sample.Result.TIMED_OUT,
                0,
                Sample.UNPROVEN,
                ReadPath.READ_PATH_UNSET,
                0));
        LabRun run = run(Map.of(
                Setting.ACCEPTED, Set.of("lab/accepted/2/1"),
                Setting.QUORUM, Set.of("lab/quorum/2/0", "lab/quorum/2/1")));
        assertThat(run.write(Setting.ACCEPTED).lost()).isEqualTo(1);
        assertThat(run.write(Setting.QUORUM).lost()).isZero();
        assertThat(run.write(Setting.QUORUM).unacknowledgedFound()).isEqualTo(1);
    }

    @Test
    void minority_countsCallsOfTheLoneMemberWithinThePartitionOnly() {
        read(Setting.STALE, 1, 2_050, 7, 0); // not yet in force
        read(Setting.STALE, 1, 2_200, 7, 0);
        read(Setting.STALE, 2, 2_200, 7, 0); // another member
        read(Setting.STALE, 1, 5_100, 7, 0); // its second is not over when the partition ends
        LabRun run = run();
        assertThat(run.cutOffNode()).isEqualTo(1);
        assertThat(run.read(Setting.STALE).minority()).isEqualTo(new LabRun.Share(1, 1));
    }

    @Test
    void answer_afterTheClientGaveUp_isNoAnswerToIt() {
        samples.add(new Sample(
                Setting.STALE,
                1,
                0,
                0,
                at(500),
                at(1_501),
                Sample.Result.ANSWERED,
                7,
                10,
                ReadPath.READ_PATH_STALE,
                0));
        LabRun run = run();
        assertThat(run.read(Setting.STALE).all()).isEqualTo(new LabRun.Share(1, 0));
        assertThat(run.proof().compared()).isEqualTo(1);
    }

    @Test
    void standstill_isTheLongestGapBetweenAcknowledgementsAtTheOthers() {
        write(Setting.QUORUM, 0, 1_900, 1_950, 5);
        write(Setting.QUORUM, 1, 2_900, 3_450, 6);
        write(Setting.QUORUM, 2, 3_400, 4_900, 7);
        assertThat(run().standstill().partitionMillis()).contains(1_500.0);
    }

    @Test
    void samplesBeforeTheTimeLine_areNoFigures() {
        read(Setting.STALE, 1, -10, 7, 0);
        assertThat(run().read(Setting.STALE).all()).isEqualTo(new LabRun.Share(0, 0));
    }
}
