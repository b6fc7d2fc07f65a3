package io.lockstep.lab;

import io.lockstep.lab.chart.Band;
import io.lockstep.lab.chart.Point;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run showed: every figure of the page and of the table, and every series of the charts. Plain values; times in
 * seconds since the time line began.
 *
 * @param seconds how long the time line is
 * @param bands the faults, by time
 * @param cutOffNode the member that was alone during the partition
 * @param answers by member and setting
 * @param latency by setting
 * @param staleness by member, from 1
 * @param acknowledged by setting of the writes
 */
record LabRun(
        Circumstances circumstances,
        double seconds,
        double binSeconds,
        List<Band> bands,
        List<Fault> faults,
        int cutOffNode,
        List<ReadFigures> reads,
        List<WriteFigures> writes,
        List<Answers> answers,
        Map<Setting, Latency> latency,
        Map<Integer, Staleness> staleness,
        Map<Setting, Losses> acknowledged,
        Proof proof,
        Standstill standstill,
        ShopFigures shop) {

    LabRun {
        bands = List.copyOf(bands);
        faults = List.copyOf(faults);
        reads = List.copyOf(reads);
        writes = List.copyOf(writes);
        answers = List.copyOf(answers);
        latency = Map.copyOf(latency);
        staleness = Map.copyOf(staleness);
        acknowledged = Map.copyOf(acknowledged);
    }

    /** How the run was made: name and value, in the order of the page. */
    record Circumstances(String command, boolean inProcess, Map<String, String> facts) {}

    /** How many calls were made and how many got an answer within their deadline. */
    record Share(int asked, int answered) {
        int failed() {
            return asked - answered;
        }

        double percent() {
            return asked == 0 ? 0 : 100.0 * answered / asked;
        }
    }

    /** Of the calls that were answered, in milliseconds; both 0 if there were none. */
    record Quantiles(int count, double medianMillis, double p99Millis) {}

    /**
     * One point of the dial for reads.
     *
     * @param minority at the member that was alone, sent and over while it was
     * @param healthy of calls that met no fault
     * @param faulty of the others
     * @param local answers from the member's own state, without asking the leader
     * @param stalestProven of the answer that was stalest among those with a proof: true and proven, in milliseconds
     * @param broken answers that were older than this point promises
     */
    record ReadFigures(
            Setting setting,
            Share all,
            Share minority,
            Quantiles healthy,
            Quantiles faulty,
            int local,
            double maxTrueMillis,
            double maxProvenMillis,
            Optional<Point> stalestProven,
            double healthyMedianProvenMillis,
            int broken) {}

    /**
     * One point of the dial for writes.
     *
     * @param lost acknowledged, and not there after the last fault
     * @param unacknowledgedFound not acknowledged, and there
     * @param namedMissing acknowledged, naming members that had not got it
     */
    record WriteFigures(
            Setting setting,
            Share all,
            Share minority,
            Quantiles healthy,
            Quantiles faulty,
            int lost,
            int unacknowledgedFound,
            int namedMissing) {}

    /** One member's clients at one setting: answered and failed calls in each bin. */
    record Answers(int node, Setting setting, List<Point> answered, List<Point> failed) {}

    record Latency(List<Point> median, List<Point> p99) {}

    /** Of the stale reads at one member: the highest true and the highest proven staleness of each bin, in milliseconds. */
    record Staleness(List<Point> trueMillis, List<Point> provenMillis) {}

    /** By the time of the acknowledgement, in each bin: how many were kept, and how many lost. */
    record Losses(List<Point> kept, List<Point> lost) {}

    /**
     * Proven against true staleness, of every answer that proved one.
     *
     * @param compared how many
     * @param violations how many were staler than they promised
     * @param unproven answers that may be stale and proved nothing
     * @param stalestUnprovenMillis how stale the stalest of them was
     * @param smallestMarginMillis proven less true, the least
     * @param pairs by setting: (true, proven) in milliseconds
     */
    record Proof(
            int compared,
            int violations,
            int unproven,
            double stalestUnprovenMillis,
            double smallestMarginMillis,
            Map<Setting, List<Point>> pairs) {}

    /**
     * For how long no quorum write was acknowledged at the members that a fault did not hit: they had to elect a leader.
     *
     * @param partitionMillis empty if there was no such fault
     */
    record Standstill(Optional<Double> partitionMillis, Optional<Double> crashMillis) {}

    /**
     * The shop: the same stock sold twice over.
     *
     * @param stock items that there were, of all kinds
     */
    record ShopFigures(long stock, int buyers, Sales transactions, Sales staleReads) {}

    /**
     * What was sold in one way.
     *
     * @param left what the shop thought it still had at the end
     * @param oversold sold or still offered, and never there
     * @param conflicts purchases that found the stock changed since they had looked, and looked again
     */
    record Sales(long sold, long left, long oversold, long conflicts, double seconds) {}

    ReadFigures read(Setting setting) {
        return reads.stream()
                .filter(each -> each.setting() == setting)
                .findFirst()
                .orElseThrow();
    }

    WriteFigures write(Setting setting) {
        return writes.stream()
                .filter(each -> each.setting() == setting)
                .findFirst()
                .orElseThrow();
    }

    Optional<Fault> fault(Fault.Kind kind) {
        return faults.stream().filter(each -> each.kind() == kind).findFirst();
    }
}
