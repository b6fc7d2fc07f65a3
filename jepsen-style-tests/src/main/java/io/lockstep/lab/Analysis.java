package io.lockstep.lab;

import io.lockstep.api.ReadPath;
import io.lockstep.lab.chart.Band;
import io.lockstep.lab.chart.Point;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** Makes figures and series of what a run saw. */
final class Analysis {
    /** Calls that are sent so soon after a fault count as hit by it: elections and catching up take that long. */
    private static final long AFTERMATH_NANOS = Duration.ofSeconds(2).toNanos();

    private static final int BINS = 60;

    private final Evidence evidence;
    private final List<Sample> samples;
    private final TrueStaleness staleness;
    private final double seconds;
    private final double binSeconds;

    private Analysis(Evidence evidence) {
        this.evidence = evidence;
        this.samples = evidence.samples().stream()
                .filter(sample ->
                        sample.sentNanos() >= evidence.originNanos() && sample.sentNanos() < evidence.endedNanos())
                .toList();
        this.staleness = new TrueStaleness(evidence.samples());
        this.seconds = evidence.seconds(evidence.endedNanos());
        this.binSeconds = seconds / BINS;
    }

    static LabRun of(Evidence evidence, LabRun.Circumstances circumstances, LabRun.ShopFigures shop) {
        return new Analysis(evidence).run(circumstances, shop);
    }

    private LabRun run(LabRun.Circumstances circumstances, LabRun.ShopFigures shop) {
        List<LabRun.Answers> answers = new ArrayList<>();
        Map<Setting, LabRun.Latency> latency = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            latency.put(setting, latency(setting));
            for (int node = 1; node <= Stage.NODES; node++) {
                answers.add(answers(node, setting));
            }
        }
        Map<Integer, LabRun.Staleness> stale = new TreeMap<>();
        for (int node = 1; node <= Stage.NODES; node++) {
            stale.put(node, staleness(node));
        }
        Map<Setting, LabRun.Losses> losses = new EnumMap<>(Setting.class);
        Setting.writes().forEach(setting -> losses.put(setting, losses(setting)));
        return new LabRun(
                circumstances,
                seconds,
                binSeconds,
                evidence.faults().stream().map(this::band).toList(),
                evidence.faults(),
                fault(Fault.Kind.PARTITION).map(Fault::node).orElse(0),
                Setting.reads().stream().map(this::reads).toList(),
                Setting.writes().stream().map(this::writes).toList(),
                answers,
                latency,
                stale,
                losses,
                proof(),
                new LabRun.Standstill(standstill(Fault.Kind.PARTITION), standstill(Fault.Kind.CRASH)),
                shop);
    }

    private Band band(Fault fault) {
        return new Band(
                fault.kind().label() + ": n" + fault.node(),
                evidence.seconds(fault.beganNanos()),
                evidence.seconds(fault.endedNanos()));
    }

    private Optional<Fault> fault(Fault.Kind kind) {
        return evidence.faults().stream().filter(each -> each.kind() == kind).findFirst();
    }

    private List<Sample> of(Setting setting) {
        return samples.stream().filter(sample -> sample.setting() == setting).toList();
    }

    private LabRun.ReadFigures reads(Setting setting) {
        List<Sample> all = of(setting);
        List<Sample> answered = all.stream().filter(Sample::answered).toList();
        List<Sample> proven = answered.stream()
                .filter(sample -> sample.provenMillis() != Sample.UNPROVEN)
                .toList();
        return new LabRun.ReadFigures(
                setting,
                share(all),
                share(inMinority(all)),
                quantiles(answered, sample -> !hit(sample)),
                quantiles(answered, this::hit),
                (int) answered.stream()
                        .filter(sample -> sample.served() != ReadPath.READ_PATH_LINEARIZABLE)
                        .count(),
                max(answered, sample -> staleness.ofNanos(sample) / 1e6),
                max(proven, Sample::provenMillis),
                proven.stream()
                        .map(sample -> new Point(staleness.ofNanos(sample) / 1e6, sample.provenMillis()))
                        .max(Comparator.comparingDouble(Point::x)),
                quantile(values(proven.stream().filter(sample -> !hit(sample)).toList(), Sample::provenMillis), 0.5),
                (int) answered.stream().filter(this::isBroken).count());
    }

    /** Whether the answer is older than what was asked for. */
    private boolean isBroken(Sample read) {
        long trueNanos = staleness.ofNanos(read);
        boolean staler = read.provenMillis() != Sample.UNPROVEN && trueNanos > nanos(read.provenMillis());
        return staler
                || switch (read.setting()) {
                    case LINEARIZABLE -> trueNanos > 0;
                    case BOUNDED -> trueNanos > nanos(Setting.BOUND_MILLIS);
                    case SESSION -> read.revision() < read.askedRevision();
                    case STALE -> false;
                    case ACCEPTED, QUORUM, ALL -> throw new IllegalArgumentException("no read: " + read);
                };
    }

    private static long nanos(long millis) {
        return millis * 1_000_000;
    }

    private LabRun.WriteFigures writes(Setting setting) {
        List<Sample> all = of(setting);
        List<Sample> acknowledged = all.stream().filter(Sample::answered).toList();
        Set<String> found = evidence.found().getOrDefault(setting, Set.of());
        return new LabRun.WriteFigures(
                setting,
                share(all),
                share(inMinority(all)),
                quantiles(acknowledged, sample -> !hit(sample)),
                quantiles(acknowledged, this::hit),
                (int) acknowledged.stream()
                        .filter(sample -> !found.contains(sample.key()))
                        .count(),
                (int) all.stream()
                        .filter(sample -> !sample.answered() && found.contains(sample.key()))
                        .count(),
                (int) acknowledged.stream()
                        .filter(sample -> sample.missing() > 0)
                        .count());
    }

    private static LabRun.Share share(List<Sample> some) {
        return new LabRun.Share(
                some.size(), (int) some.stream().filter(Sample::inTime).count());
    }

    /** Calls that had their whole time while the member was alone. */
    private List<Sample> inMinority(List<Sample> some) {
        Optional<Fault> partition = fault(Fault.Kind.PARTITION);
        return some.stream()
                .filter(sample -> partition
                        .filter(fault -> sample.node() == fault.node()
                                && sample.sentNanos() >= fault.inForceNanos()
                                && sample.sentNanos() + Traffic.DEADLINE.toNanos() < fault.undoingNanos())
                        .isPresent())
                .toList();
    }

    private boolean hit(Sample sample) {
        return evidence.faults().stream()
                .anyMatch(fault -> sample.endedNanos() >= fault.beganNanos()
                        && sample.sentNanos() < fault.endedNanos() + AFTERMATH_NANOS);
    }

    private static LabRun.Quantiles quantiles(List<Sample> answered, Predicate<Sample> which) {
        List<Sample> chosen =
                answered.stream().filter(Sample::inTime).filter(which).toList();
        double[] millis = values(chosen, Sample::latencyMillis);
        return new LabRun.Quantiles(millis.length, quantile(millis, 0.5), quantile(millis, 0.99));
    }

    /** Sorted. */
    private static double[] values(List<Sample> some, ToDoubleFunction<Sample> value) {
        return some.stream().mapToDouble(value).sorted().toArray();
    }

    /** The smallest value that is not exceeded by this share of them; 0 if there are none. */
    private static double quantile(double[] sorted, double share) {
        return sorted.length == 0 ? 0 : sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }

    private static double max(List<Sample> some, ToDoubleFunction<Sample> value) {
        return some.stream().mapToDouble(value).max().orElse(0);
    }

    /** By the time of sending. */
    private Map<Integer, List<Sample>> bins(List<Sample> some, int perBin) {
        Map<Integer, List<Sample>> bins = new TreeMap<>();
        for (Sample sample : some) {
            int bin = (int) (evidence.seconds(sample.sentNanos()) / (binSeconds * perBin));
            bins.computeIfAbsent(bin, none -> new ArrayList<>()).add(sample);
        }
        return bins;
    }

    private List<Point> series(List<Sample> some, int perBin, ToDoubleFunction<List<Sample>> value) {
        List<Point> points = new ArrayList<>();
        bins(some, perBin)
                .forEach((bin, inBin) ->
                        points.add(new Point((bin + 0.5) * binSeconds * perBin, value.applyAsDouble(inBin))));
        return points;
    }

    private LabRun.Answers answers(int node, Setting setting) {
        List<Sample> mine =
                of(setting).stream().filter(sample -> sample.node() == node).toList();
        return new LabRun.Answers(
                node,
                setting,
                series(mine, 1, bin -> share(bin).answered()),
                series(mine, 1, bin -> share(bin).failed()));
    }

    private LabRun.Latency latency(Setting setting) {
        List<Sample> answered = of(setting).stream().filter(Sample::inTime).toList();
        return new LabRun.Latency(
                series(answered, 2, bin -> quantile(values(bin, Sample::latencyMillis), 0.5)),
                series(answered, 2, bin -> quantile(values(bin, Sample::latencyMillis), 0.99)));
    }

    private LabRun.Staleness staleness(int node) {
        List<Sample> answered = of(Setting.STALE).stream()
                .filter(sample -> sample.node() == node && sample.answered())
                .toList();
        List<Sample> proven = answered.stream()
                .filter(sample -> sample.provenMillis() != Sample.UNPROVEN)
                .toList();
        return new LabRun.Staleness(
                series(answered, 1, bin -> max(bin, sample -> staleness.ofNanos(sample) / 1e6)),
                series(proven, 1, bin -> max(bin, Sample::provenMillis)));
    }

    private LabRun.Losses losses(Setting setting) {
        Set<String> found = evidence.found().getOrDefault(setting, Set.of());
        List<Sample> acknowledged =
                of(setting).stream().filter(Sample::answered).toList();
        return new LabRun.Losses(
                series(
                        acknowledged,
                        1,
                        bin -> bin.stream()
                                .filter(sample -> found.contains(sample.key()))
                                .count()),
                series(
                        acknowledged,
                        1,
                        bin -> bin.stream()
                                .filter(sample -> !found.contains(sample.key()))
                                .count()));
    }

    private LabRun.Proof proof() {
        Map<Setting, List<Point>> pairs = new EnumMap<>(Setting.class);
        int compared = 0;
        int violations = 0;
        int unproven = 0;
        double stalestUnprovenMillis = 0;
        double smallestMarginMillis = Double.MAX_VALUE;
        for (Sample read : samples) {
            if (!read.setting().isRead() || !read.answered()) {
                continue;
            }
            if (read.provenMillis() == Sample.UNPROVEN) {
                unproven++;
                stalestUnprovenMillis = Math.max(stalestUnprovenMillis, staleness.ofNanos(read) / 1e6);
                continue;
            }
            long trueNanos = staleness.ofNanos(read);
            compared++;
            violations += trueNanos > nanos(read.provenMillis()) ? 1 : 0;
            smallestMarginMillis = Math.min(smallestMarginMillis, read.provenMillis() - trueNanos / 1e6);
            pairs.computeIfAbsent(read.setting(), none -> new ArrayList<>())
                    .add(new Point(trueNanos / 1e6, read.provenMillis()));
        }
        return new LabRun.Proof(
                compared, violations, unproven, stalestUnprovenMillis, compared == 0 ? 0 : smallestMarginMillis, pairs);
    }

    /** The longest time in which no quorum write was acknowledged at the members that the fault did not hit. */
    private Optional<Double> standstill(Fault.Kind kind) {
        return fault(kind).map(fault -> {
            long[] acknowledged = of(Setting.QUORUM).stream()
                    .filter(sample -> sample.answered() && sample.node() != fault.node())
                    .mapToLong(Sample::endedNanos)
                    .filter(nanos -> nanos > fault.beganNanos() - AFTERMATH_NANOS && nanos < fault.endedNanos())
                    .sorted()
                    .toArray();
            long longest = 0;
            long last = acknowledged.length == 0 ? fault.beganNanos() : acknowledged[0];
            for (long next : acknowledged) {
                longest = Math.max(longest, next - last);
                last = next;
            }
            return Math.max(longest, fault.endedNanos() - last) / 1e6;
        });
    }
}
