package io.lockstep.lab;

import io.lockstep.lab.LabRun.ReadFigures;
import io.lockstep.lab.LabRun.WriteFigures;
import io.lockstep.lab.chart.Band;
import io.lockstep.lab.chart.Point;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** The run as one HTML file that needs nothing else: inline SVG and CSS, no script. */
final class LabPage {
    private final LabRun run;
    private final Charts charts;
    private final Captions captions;
    private final StringBuilder html = new StringBuilder();
    private int figures;

    private LabPage(LabRun run) {
        this.run = run;
        this.charts = new Charts(run);
        this.captions = new Captions(run);
    }

    static String of(LabRun run) {
        return new LabPage(run).write();
    }

    private String write() {
        html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<title>Lockstep lab: replication against synchronisation</title>\n<style>\n")
                .append(style())
                .append("</style>\n</head>\n<body>\n<main>\n");
        head();
        availability();
        latency();
        staleness();
        writes();
        shop();
        tables();
        method();
        return html.append("</main>\n</body>\n</html>\n").toString();
    }

    private static String style() {
        try (InputStream in = Objects.requireNonNull(LabPage.class.getResourceAsStream("lab.css"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private void head() {
        html.append("<header>\n<h1>Replication against synchronisation</h1>\n");
        paragraph("One cluster of three members, the same workload at each point of the dial at once, "
                + Math.round(run.seconds()) + " seconds, three faults. " + captions.lesson());
        if (run.circumstances().inProcess()) {
            html.append("<p class=\"notice\">")
                    .append(text(
                            "This run had no root: the three members ran in one process, and the partition was made by"
                                    + " the program itself, not by the network. Run it as root for processes and hosts of their"
                                    + " own."))
                    .append("</p>\n");
        }
        html.append("<ul class=\"tiles\">\n");
        ReadFigures stale = run.read(Setting.STALE);
        tile(
                Numbers.percent(stale.minority()) + " / "
                        + Numbers.percent(run.read(Setting.LINEARIZABLE).minority()),
                "of stale / linearizable reads answered in the minority");
        Optional<Point> stalest = stale.stalestProven();
        tile(
                Numbers.millis(stalest.map(Point::x).orElse(0.0)),
                "behind was the stalest answer with a proof; it had proven "
                        + Numbers.millis(stalest.map(Point::y).orElse(0.0)));
        tile(
                Numbers.count(run.proof().violations()) + " of "
                        + Numbers.count(run.proof().compared()),
                "answers were staler than they had proven");
        tile(
                Setting.writes().stream()
                        .map(setting -> Numbers.count(run.write(setting).lost()))
                        .reduce((a, b) -> a + " / " + b)
                        .orElse(""),
                "acknowledged writes lost: accepted / quorum / all");
        tile(
                Numbers.count(run.shop().staleReads().oversold()) + " / "
                        + Numbers.count(run.shop().transactions().oversold()),
                "items oversold by stale reads / by transactions");
        html.append("</ul>\n</header>\n");
    }

    private void tile(String figure, String words) {
        html.append("<li><b>")
                .append(text(figure))
                .append("</b><span>")
                .append(text(words))
                .append("</span></li>\n");
    }

    private void availability() {
        section(
                "Who was answered",
                "Each client asks one member only, 20 times a second at each setting, and gives up after"
                        + " one second. The shaded stretches are the faults.");
        int alone = run.cutOffNode();
        figure(heading(alone), charts.answers(alone), captions.minority());
        for (int node = 1; node <= Stage.NODES; node++) {
            if (node != alone) {
                figure(heading(node), charts.answers(node), captions.member(node));
            }
        }
        paragraph(captions.standstill());
    }

    private String heading(int node) {
        String story = charts.story(node);
        return "Clients of n" + node + (story.isEmpty() ? "" : " (" + story + ")");
    }

    private void latency() {
        section("How long it took", "");
        figure("Latency at each point of the dial", charts.latencies(), captions.latencies());
        figure(
                "Reads over time, at all members",
                charts.latencyOverTime("read-latency", "Latency of reads over time", Setting.reads()),
                captions.readsOverTime());
        figure(
                "Writes over time, at all members",
                charts.latencyOverTime("write-latency", "Latency of writes over time", Setting.writes()),
                captions.writesOverTime());
    }

    private void staleness() {
        section(
                "How stale the answers were",
                "An answer is as stale as the oldest acknowledged write that it misses. Each"
                        + " answer also says what the member can prove: that it misses nothing older than that.");
        figure("Stale reads at each member: the stalest answer of each bin", charts.staleness(), captions.staleness());
        figure("Every answer: what it proved against what was true", charts.proof(), captions.proof());
    }

    private void writes() {
        section(
                "What became of the writes",
                "Each write has a key of its own. After the last fault, and once all members had"
                        + " caught up, a linearizable read looked for every key.");
        figure("Acknowledged writes, by the time of sending", charts.losses(), captions.losses());
    }

    private void shop() {
        section(
                "The shop",
                "Buyers at all members buy the same few things at once, twice: once in a way that is right, and"
                        + " once in a way that looks right.");
        figure("Items sold", charts.shop(), captions.shop());
    }

    private void tables() {
        section("All figures", "");
        html.append("<div class=\"scroll\"><table><caption>Reads</caption>\n");
        row(
                "th",
                "",
                "answered",
                "",
                "in the minority",
                "median",
                "p99",
                "median, faults",
                "p99, faults",
                "stalest, true",
                "stalest, proven",
                "promise broken");
        for (ReadFigures each : run.reads()) {
            row(
                    "td",
                    each.setting().label(),
                    Captions.of(each.all()),
                    Numbers.percent(each.all()),
                    Captions.of(each.minority()),
                    Numbers.millis(each.healthy().medianMillis()),
                    Numbers.millis(each.healthy().p99Millis()),
                    Numbers.millis(each.faulty().medianMillis()),
                    Numbers.millis(each.faulty().p99Millis()),
                    Numbers.millis(each.maxTrueMillis()),
                    Numbers.millis(each.maxProvenMillis()),
                    Numbers.count(each.broken()));
        }
        html.append("</table></div>\n<div class=\"scroll\"><table><caption>Writes</caption>\n");
        row(
                "th",
                "",
                "acknowledged",
                "",
                "in the minority",
                "median",
                "p99",
                "median, faults",
                "p99, faults",
                "lost",
                "failed, yet there",
                "named a member");
        for (WriteFigures each : run.writes()) {
            row(
                    "td",
                    each.setting().label(),
                    Captions.of(each.all()),
                    Numbers.percent(each.all()),
                    Captions.of(each.minority()),
                    Numbers.millis(each.healthy().medianMillis()),
                    Numbers.millis(each.healthy().p99Millis()),
                    Numbers.millis(each.faulty().medianMillis()),
                    Numbers.millis(each.faulty().p99Millis()),
                    Numbers.count(each.lost()),
                    Numbers.count(each.unacknowledgedFound()),
                    Numbers.count(each.namedMissing()));
        }
        html.append("</table></div>\n");
    }

    private void row(String cell, String... words) {
        html.append("<tr>");
        for (int i = 0; i < words.length; i++) {
            String name = i == 0 ? "th" : cell;
            html.append('<')
                    .append(name)
                    .append('>')
                    .append(text(words[i]))
                    .append("</")
                    .append(name)
                    .append('>');
        }
        html.append("</tr>\n");
    }

    private void method() {
        section("How it was measured", "");
        html.append("<ul class=\"method\">\n");
        for (String line : METHOD) {
            html.append("<li>").append(text(line)).append("</li>\n");
        }
        html.append("</ul>\n<div class=\"scroll\"><table class=\"facts\"><caption>This run</caption>\n");
        fact("command", run.circumstances().command());
        run.circumstances().facts().forEach(this::fact);
        for (Fault fault : run.faults()) {
            Optional<Band> band = run.bands().stream()
                    .filter(each -> each.label().startsWith(fault.kind().label()))
                    .findFirst();
            band.ifPresent(each -> fact(
                    fault.kind().label(),
                    String.format(Locale.ROOT, "n%d, from %.1f s to %.1f s", fault.node(), each.from(), each.to())));
        }
        html.append("</table></div>\n");
    }

    private static final List<String> METHOD = List.of(
            "All times are of one clock, that of the process which sent every request and noted every answer.",
            "Clients send at fixed times whether they were answered or not. Latency counts from when a request was handed to"
                    + " the network until its answer was there, of calls that were answered.",
            "True staleness: the age, when a request was sent, of the oldest write that had been acknowledged with a revision"
                    + " above the answer's. An acknowledgement is noted after it arrived, so the true staleness may be"
                    + " larger by what the way took. Writes as accepted have no revision and do not count.",
            "Session: the client wrote at the next member, by number, with a quorum, and asks here for that revision or"
                    + " later.",
            "Promise broken: an answer that is older than its setting allows, or than it proved.",
            "In the minority: calls to the member that was alone that had all of their second within the partition.",
            "The slow follower is one whose link to the others passes nothing for " + Faults.DOWN
                    + " and then everything for " + Faults.UP + ", again and again.");

    private void fact(String name, String value) {
        html.append("<tr><th>")
                .append(text(name))
                .append("</th><td>")
                .append(text(value))
                .append("</td></tr>\n");
    }

    private void section(String title, String words) {
        html.append("<h2>").append(text(title)).append("</h2>\n");
        if (!words.isEmpty()) {
            paragraph(words);
        }
    }

    private void paragraph(String words) {
        html.append("<p>").append(text(words)).append("</p>\n");
    }

    private void figure(String title, String svg, String caption) {
        figures++;
        html.append("<figure>\n<h3>")
                .append(text(title))
                .append("</h3>\n<div class=\"scroll\">\n")
                .append(svg)
                .append("</div>\n<figcaption><b>Figure ")
                .append(figures)
                .append(".</b> ")
                .append(text(caption))
                .append("</figcaption>\n</figure>\n");
    }

    private static String text(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
