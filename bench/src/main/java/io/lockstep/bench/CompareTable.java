package io.lockstep.bench;

import io.lockstep.bench.compare.Comparison;
import io.lockstep.bench.compare.Comparison.Measured;
import io.lockstep.bench.compare.Comparison.Pair;
import io.lockstep.bench.compare.Spread;
import io.lockstep.bench.load.LoadSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** A comparison for reading: each pair, then the spread of the ratios. A ratio is subject divided by peer. */
final class CompareTable {
    private CompareTable() {}

    /** The ratios of one load over all pairs; a ratio of throughput above 1 and of p99 below 1 is good for the subject. */
    record Ratio(
            String mix,
            int clients,
            Spread throughput,
            Spread p99,
            @Nullable Double medianOfCeiling) {}

    static String pair(Pair pair) {
        String subject = pair.subject().system();
        String peer = pair.peer().system();
        Table table = new Table(
                "load",
                "clients",
                subject + "/s",
                peer + "/s",
                "ratio",
                subject + " p50 ms",
                peer + " p50 ms",
                subject + " p99 ms",
                peer + " p99 ms",
                subject + " CPU s",
                peer + " CPU s",
                subject + " MiB",
                peer + " MiB",
                "errors");
        for (int i = 0; i < pair.subject().measured().size(); i++) {
            Measured ours = pair.subject().measured().get(i);
            Measured theirs = pair.peer().measured().get(i);
            table.row(
                    ours.load().mix(),
                    "" + ours.load().clients(),
                    number("%.0f", ours.load().perSecond()),
                    number("%.0f", theirs.load().perSecond()),
                    number("%.2f", ratio(ours, theirs, CompareTable::perSecond)),
                    LoadTable.millis(ours.load().latencyMicros().p50()),
                    LoadTable.millis(theirs.load().latencyMicros().p50()),
                    LoadTable.millis(ours.load().latencyMicros().p99()),
                    LoadTable.millis(theirs.load().latencyMicros().p99()),
                    number("%.1f", ours.serverCpuSeconds()),
                    number("%.1f", theirs.serverCpuSeconds()),
                    "" + ours.serverResidentMiB(),
                    "" + theirs.serverResidentMiB(),
                    ours.load().failed() + "/" + theirs.load().failed());
        }
        return table.toString();
    }

    static List<Ratio> ratios(List<LoadSpec> loads, List<Pair> pairs, Comparison.@Nullable Run ceiling) {
        List<Ratio> ratios = new ArrayList<>();
        for (int i = 0; i < loads.size(); i++) {
            int load = i;
            ratios.add(new Ratio(
                    loads.get(i).mix().label(),
                    loads.get(i).clients(),
                    spread(pairs, load, CompareTable::perSecond),
                    spread(
                            pairs,
                            load,
                            measured -> measured.load().latencyMicros().p99()),
                    ceiling == null
                            ? null
                            : ofCeiling(pairs, load, ceiling.measured().get(load))));
        }
        return ratios;
    }

    private static Spread spread(List<Pair> pairs, int load, ToDoubleFunction<Measured> figure) {
        return Spread.of(pairs.stream()
                .map(pair -> ratio(
                        pair.subject().measured().get(load),
                        pair.peer().measured().get(load),
                        figure))
                .toList());
    }

    private static double ofCeiling(List<Pair> pairs, int load, Measured ceiling) {
        return Spread.of(pairs.stream()
                        .map(pair -> ratio(pair.subject().measured().get(load), ceiling, CompareTable::perSecond))
                        .toList())
                .median();
    }

    private static double perSecond(Measured measured) {
        return measured.load().perSecond();
    }

    /** 0 where the divisor is: a system that answered nothing has no ratio, and its errors are in the table of the pair. */
    private static double ratio(Measured ours, Measured theirs, ToDoubleFunction<Measured> figure) {
        double divisor = figure.applyAsDouble(theirs);
        return divisor == 0 ? 0 : figure.applyAsDouble(ours) / divisor;
    }

    static String of(List<Ratio> ratios) {
        Table table = new Table(
                "load",
                "clients",
                "throughput min",
                "median",
                "max",
                "p99 min",
                "median",
                "max",
                "median of null server");
        for (Ratio ratio : ratios) {
            Double ofCeiling = ratio.medianOfCeiling();
            table.row(
                    ratio.mix(),
                    "" + ratio.clients(),
                    number("%.2f", ratio.throughput().least()),
                    number("%.2f", ratio.throughput().median()),
                    number("%.2f", ratio.throughput().greatest()),
                    number("%.2f", ratio.p99().least()),
                    number("%.2f", ratio.p99().median()),
                    number("%.2f", ratio.p99().greatest()),
                    ofCeiling == null ? "-" : number("%.0f %%", ofCeiling * 100));
        }
        return table.toString();
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
