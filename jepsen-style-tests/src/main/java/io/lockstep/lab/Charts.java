package io.lockstep.lab;

import io.lockstep.lab.chart.BarChart;
import io.lockstep.lab.chart.Mark;
import io.lockstep.lab.chart.Panel;
import io.lockstep.lab.chart.Point;
import io.lockstep.lab.chart.RangeChart;
import io.lockstep.lab.chart.Scale;
import io.lockstep.lab.chart.ScatterChart;
import io.lockstep.lab.chart.Style;
import io.lockstep.lab.chart.TimeChart;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The charts of the page, each from the run's series. */
final class Charts {
    private static final double STRIP_HEIGHT = 22;
    private static final double PANEL_HEIGHT = 74;
    private static final Style ANSWERED = Style.bars(Style.SKY, Style.Pattern.SOLID);
    private static final Style FAILED = Style.bars(Style.VERMILLION, Style.Pattern.HATCHED);
    private static final Style MEDIAN = Style.line(Style.BLUE, 2, "");
    private static final Style P99 = Style.line(Style.VERMILLION, 1.4, "5 2.5");
    private static final Style TRUE = Style.line(Style.BLUE, 1.8, "");
    private static final Style PROVEN = Style.line(Style.VERMILLION, 1.8, "6 3");

    private final LabRun run;

    Charts(LabRun run) {
        this.run = run;
    }

    String answers(int node) {
        List<Panel> panels = run.answers().stream()
                .filter(answers -> answers.node() == node)
                .map(this::answersStrip)
                .toList();
        return time("answers-n" + node, "Answered and failed calls at n" + node + " over time, in percent", panels);
    }

    private Panel answersStrip(LabRun.Answers answers) {
        String series = answers.setting().id() + "-n" + answers.node();
        List<Point> answered = percent(answers.answered(), answers.failed());
        List<Point> failed = percent(answers.failed(), answers.answered());
        return new Panel(
                answers.setting().label(),
                "",
                new Scale(0, 100, false, List.of(0.0, 100.0), value -> (int) value + " %"),
                STRIP_HEIGHT,
                List.of(
                        new Mark.Bars(
                                "answered-" + series, "answered", ANSWERED, answered, List.of(), run.binSeconds()),
                        new Mark.Bars(
                                "failed-" + series,
                                "failed: refused, or no answer within 1 s",
                                FAILED,
                                failed,
                                answered,
                                run.binSeconds())));
    }

    private static List<Point> percent(List<Point> part, List<Point> rest) {
        List<Point> shares = new ArrayList<>();
        for (int i = 0; i < part.size(); i++) {
            double all = part.get(i).y() + rest.get(i).y();
            shares.add(
                    new Point(part.get(i).x(), all == 0 ? 0 : 100 * part.get(i).y() / all));
        }
        return shares;
    }

    /** One row for each setting, quiet times against faults. */
    String latencies() {
        Stream<RangeChart.Row> reads =
                run.reads().stream().map(each -> latencyRow(each.setting(), each.healthy(), each.faulty()));
        Stream<RangeChart.Row> writes =
                run.writes().stream().map(each -> latencyRow(each.setting(), each.healthy(), each.faulty()));
        List<RangeChart.Row> rows = Stream.concat(reads, writes).toList();
        return new RangeChart(
                        "latencies",
                        "Median and 99th percentile of the latency of each point of the dial, without and under faults",
                        "latency of answered calls (logarithmic): dot = median, bar = 99th percentile",
                        lowestMedian(),
                        Traffic.DEADLINE.toMillis(),
                        rows)
                .svg();
    }

    private double lowestMedian() {
        double lowest = Stream.concat(
                        run.reads().stream().map(LabRun.ReadFigures::healthy),
                        run.writes().stream().map(LabRun.WriteFigures::healthy))
                .filter(quantiles -> quantiles.count() > 0)
                .mapToDouble(LabRun.Quantiles::medianMillis)
                .min()
                .orElse(1);
        return lowest < 1 ? 0.1 : 1;
    }

    private static RangeChart.Row latencyRow(Setting setting, LabRun.Quantiles healthy, LabRun.Quantiles faulty) {
        return new RangeChart.Row(
                setting.label(),
                List.of(
                        span(
                                "healthy-" + setting.id(),
                                "no fault",
                                new Style(Style.BLUE, 2, "", Style.Pattern.SOLID, Style.Marker.CIRCLE),
                                healthy),
                        span(
                                "faulty-" + setting.id(),
                                "during a fault and 2 s after",
                                new Style(Style.VERMILLION, 2, "4 2", Style.Pattern.HATCHED, Style.Marker.DIAMOND),
                                faulty)));
    }

    private static RangeChart.Span span(String id, String label, Style style, LabRun.Quantiles quantiles) {
        String words = Numbers.millis(quantiles.medianMillis()) + " · " + Numbers.millis(quantiles.p99Millis());
        return new RangeChart.Span(id, label, style, quantiles.medianMillis(), quantiles.p99Millis(), words);
    }

    String latencyOverTime(String id, String title, List<Setting> settings) {
        List<Panel> panels = new ArrayList<>();
        for (Setting setting : settings) {
            LabRun.Latency latency = run.latency().getOrDefault(setting, new LabRun.Latency(List.of(), List.of()));
            double gap = 4.5 * run.binSeconds();
            panels.add(new Panel(
                    setting.label(),
                    setting.meaning(),
                    Scale.millis(lowestMedian(), Traffic.DEADLINE.toMillis()),
                    PANEL_HEIGHT,
                    List.of(
                            new Mark.Line("median-" + setting.id(), "median", MEDIAN, latency.median(), gap),
                            new Mark.Line("p99-" + setting.id(), "99th percentile", P99, latency.p99(), gap))));
        }
        return time(id, title, panels);
    }

    String staleness() {
        double highest = run.staleness().values().stream()
                .flatMap(each -> Stream.concat(each.trueMillis().stream(), each.provenMillis().stream()))
                .mapToDouble(Point::y)
                .max()
                .orElse(1);
        List<Panel> panels = new ArrayList<>();
        double gap = 2.5 * run.binSeconds();
        for (int node = 1; node <= Stage.NODES; node++) {
            LabRun.Staleness staleness = run.staleness().getOrDefault(node, new LabRun.Staleness(List.of(), List.of()));
            panels.add(new Panel(
                    "n" + node,
                    story(node),
                    floored(Scale.millis(1, Math.max(10, highest))),
                    PANEL_HEIGHT + 30,
                    List.of(
                            new Mark.Line(
                                    "proven-n" + node,
                                    "proven: the answer promises not to be staler",
                                    PROVEN,
                                    staleness.provenMillis(),
                                    gap),
                            new Mark.Line(
                                    "true-n" + node,
                                    "true: what it missed, as the lab saw it",
                                    TRUE,
                                    staleness.trueMillis(),
                                    gap))));
        }
        return time("staleness", "True and proven staleness of stale reads at each member over time", panels);
    }

    /** On a logarithmic axis there is no 0: what is below a millisecond lies on the lowest line, which says so. */
    private static Scale floored(Scale scale) {
        return new Scale(
                scale.min(),
                scale.max(),
                true,
                scale.ticks(),
                value -> (value == scale.min() ? "≤ " : "") + scale.label().apply(value));
    }

    /** What happened to a member, in a few words. */
    String story(int node) {
        return String.join(
                ", ",
                run.faults().stream()
                        .filter(fault -> fault.node() == node)
                        .map(fault -> switch (fault.kind()) {
                            case PARTITION -> "cut off";
                            case SLOW -> "slow link";
                            case CRASH -> "killed";
                        })
                        .toList());
    }

    String proof() {
        double highest = run.proof().pairs().values().stream()
                .flatMap(List::stream)
                .mapToDouble(pair -> Math.max(pair.x(), pair.y()))
                .max()
                .orElse(10);
        List<ScatterChart.Series> series = new ArrayList<>();
        for (Setting setting : List.of(Setting.STALE, Setting.SESSION, Setting.BOUNDED, Setting.LINEARIZABLE)) {
            List<Point> pairs = run.proof().pairs().getOrDefault(setting, List.of());
            series.add(new ScatterChart.Series(
                    "pairs-" + setting.id(),
                    setting.label() + ", " + Numbers.count(pairs.size()),
                    dots(setting),
                    pairs));
        }
        return new ScatterChart(
                        "proof",
                        "Proven against true staleness of every answer",
                        new ScatterChart.Words(
                                "true staleness of the answer (logarithmic)",
                                "proven staleness (logarithmic)",
                                "proven = true",
                                List.of(
                                        "staler than promised:",
                                        Numbers.count(run.proof().violations()) + " of "
                                                + Numbers.count(run.proof().compared()) + " answers")),
                        Math.max(10, highest),
                        series)
                .svg();
    }

    private static Style dots(Setting setting) {
        return switch (setting) {
            case STALE -> Style.dots(Style.BLUE, Style.Marker.CIRCLE);
            case BOUNDED -> Style.dots(Style.VERMILLION, Style.Marker.TRIANGLE);
            case SESSION -> Style.dots(Style.GREEN, Style.Marker.SQUARE);
            case LINEARIZABLE, ACCEPTED, QUORUM, ALL -> Style.dots(Style.BLACK, Style.Marker.DIAMOND);
        };
    }

    String losses() {
        List<Panel> panels = new ArrayList<>();
        for (Setting setting : Setting.writes()) {
            LabRun.Losses losses = run.acknowledged().getOrDefault(setting, new LabRun.Losses(List.of(), List.of()));
            panels.add(new Panel(
                    setting.label(),
                    setting.meaning(),
                    Scale.linear(Traffic.CALLS_PER_SECOND * Stage.NODES * run.binSeconds(), 3, Scale::plain),
                    PANEL_HEIGHT - 10,
                    List.of(
                            new Mark.Bars(
                                    "lost-" + setting.id(),
                                    "acknowledged, then lost",
                                    FAILED,
                                    losses.lost(),
                                    List.of(),
                                    run.binSeconds()),
                            new Mark.Bars(
                                    "kept-" + setting.id(),
                                    "acknowledged and kept",
                                    ANSWERED,
                                    losses.kept(),
                                    losses.lost(),
                                    run.binSeconds()))));
        }
        return time(
                "losses",
                "Acknowledged writes over time: kept and lost, in each " + Scale.plain(run.binSeconds()) + " s",
                panels);
    }

    String shop() {
        return new BarChart(
                        "shop",
                        "Items sold by transactions and by stale reads followed by a write",
                        "items sold",
                        run.shop().stock(),
                        "stock: " + Numbers.count(run.shop().stock()),
                        List.of(
                                sales(
                                        "sold-transactions",
                                        "transactions",
                                        run.shop().transactions()),
                                sales(
                                        "sold-stale",
                                        "stale read, then write",
                                        run.shop().staleReads())))
                .svg();
    }

    private static BarChart.Bar sales(String id, String title, LabRun.Sales sales) {
        String words = Numbers.count(sales.sold()) + " sold, " + Numbers.count(sales.oversold()) + " too many";
        return new BarChart.Bar(id, title, sales.sold(), ANSWERED, FAILED, words);
    }

    private String time(String id, String title, List<Panel> panels) {
        return new TimeChart(id, title, run.seconds(), run.bands(), panels).svg();
    }
}
