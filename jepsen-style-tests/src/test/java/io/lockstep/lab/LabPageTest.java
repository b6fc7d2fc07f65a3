package io.lockstep.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.jepsen.cluster.Capability;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Short real runs of the lab, and what a real browser makes of their pages. About 40 s. */
@Timeout(300)
final class LabPageTest {
    private static final Pattern FINDINGS = Pattern.compile("<pre id=\"findings\">(.*?)</pre>", Pattern.DOTALL);
    private static final int SECONDS = 10;
    private static final int STOCK_OF_EACH = 20;

    @TempDir
    Path folder;

    /** What the browser says of a series: how many points it stands for, how many shapes it has, how large they are. */
    private record Drawn(int points, int shapes, double width, double height) {}

    @Test
    void run_withHosts_keepsEveryPromiseAndDrawsAll() throws IOException, InterruptedException {
        boolean hosts =
                Capability.probe().stream().anyMatch(each -> each.name().equals(Capability.HOSTS) && each.present());
        Assumptions.assumeTrue(hosts, "no network namespaces: this needs root, iproute2 and nftables");
        Path page = folder.resolve("lab.html");

        LabRun run = run(page, false);

        assertThat(run.circumstances().inProcess()).isFalse();
        check(run, page);
    }

    @Test
    void run_withoutHosts_saysSoAndDrawsAll() throws IOException, InterruptedException {
        Path page = folder.resolve("lab.html");

        LabRun run = run(page, true);

        assertThat(run.circumstances().inProcess()).isTrue();
        assertThat(Files.readString(page)).contains("ran in one process");
        check(run, page);
    }

    private static LabRun run(Path page, boolean inProcess) throws IOException, InterruptedException {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        Lab.Options options =
                new Lab.Options(new Plan(SECONDS), 5, page, inProcess, STOCK_OF_EACH, "kv lab --seconds " + SECONDS);
        try (Progress progress =
                new Progress(new PrintStream(told, true, StandardCharsets.UTF_8), false, Duration.ofSeconds(SECONDS))) {
            LabRun run = Lab.run(options, progress);
            System.out.println(told.toString(StandardCharsets.UTF_8));
            System.out.println(LabTable.of(run, false));
            return run;
        }
    }

    private static void check(LabRun run, Path page) throws IOException, InterruptedException {
        checkFigures(run);
        checkText(Files.readString(page));
        var browser = Browser.find();
        Assumptions.assumeTrue(browser.isPresent(), "no chromium on the PATH: the page was not opened");
        Browser.Opened wide = browser.orElseThrow().open(withProbe(page), 1200, 1000);
        checkDrawing(run, wide);
        Browser.Opened narrow = browser.orElseThrow().open(withProbe(page), 500, 1000);
        assertThat(findings(narrow, "overflow"))
                .as("wider than a narrow window")
                .isEmpty();
    }

    private static void checkFigures(LabRun run) {
        assertThat(run.faults())
                .extracting(Fault::kind)
                .containsExactly(Fault.Kind.PARTITION, Fault.Kind.SLOW, Fault.Kind.CRASH);
        assertThat(run.proof().compared()).as("answers with a proven bound").isPositive();
        assertThat(run.proof().violations()).as("answers staler than proven").isZero();
        for (LabRun.ReadFigures read : run.reads()) {
            assertThat(read.broken()).as("promises broken: " + read).isZero();
            assertThat(read.all().answered()).as("answered: " + read).isPositive();
        }
        assertThat(run.read(Setting.LINEARIZABLE).minority().answered())
                .as("linearizable reads answered in the minority")
                .isZero();
        assertThat(run.read(Setting.STALE).minority().failed())
                .as("stale reads that failed in the minority")
                .isZero();
        assertThat(run.write(Setting.QUORUM).lost()).as("quorum writes lost").isZero();
        assertThat(run.write(Setting.ALL).lost())
                .as("writes on all members lost")
                .isZero();
        assertThat(run.shop().transactions().sold()).isEqualTo(run.shop().stock());
        assertThat(run.shop().transactions().oversold()).isZero();
    }

    /** One file, which runs nothing and loads nothing. */
    private static void checkText(String html) {
        assertThat(html.replace("http://www.w3.org/2000/svg", ""))
                .doesNotContain("http:", "https:", "<script", "src=", "@import", "<link", "NaN", "Infinity", "null");
    }

    private static void checkDrawing(LabRun run, Browser.Opened opened) {
        assertThat(opened.console()).as("the browser's console").isEmpty();
        Map<String, Drawn> series = new LinkedHashMap<>();
        Set<String> charts = new LinkedHashSet<>();
        for (String[] line : findings(opened, "series")) {
            charts.add(line[1]);
            series.put(
                    line[2],
                    new Drawn(
                            Integer.parseInt(line[3]),
                            Integer.parseInt(line[4]),
                            Double.parseDouble(line[5]),
                            Double.parseDouble(line[6])));
        }
        assertThat(charts)
                .containsExactlyInAnyOrder(
                        "answers-n1",
                        "answers-n2",
                        "answers-n3",
                        "latencies",
                        "read-latency",
                        "write-latency",
                        "staleness",
                        "proof",
                        "losses",
                        "shop");
        expected(run).forEach((id, points) -> {
            Drawn drawn = series.get(id);
            assertThat(drawn).as("series " + id).isNotNull();
            assertThat(drawn.points()).as("points of " + id).isEqualTo(points);
        });
        assertThat(series).hasSameSizeAs(expected(run));
        series.forEach((id, drawn) -> assertThat(drawn.shapes() == 0 || drawn.width() + drawn.height() > 0)
                .as("what is drawn of " + id + ": " + drawn)
                .isTrue());
        assertThat(series.get("answered-stale-n1").height()).isPositive();
        assertThat(findings(opened, "band"))
                .as("bands: three in each chart with a time axis")
                .hasSize(3 * 7);
        assertThat(lines(opened, "outside")).as("words outside their drawing").isEmpty();
        assertThat(lines(opened, "overlap")).as("words over each other").isEmpty();
        assertThat(lines(opened, "overflow")).as("wider than the window").isEmpty();
    }

    /** Every series that the run has, with its number of points. */
    private static Map<String, Integer> expected(LabRun run) {
        Map<String, Integer> points = new LinkedHashMap<>();
        for (LabRun.Answers answers : run.answers()) {
            String place = answers.setting().id() + "-n" + answers.node();
            points.put("answered-" + place, answers.answered().size());
            points.put("failed-" + place, answers.failed().size());
        }
        for (Setting setting : Setting.values()) {
            points.put("healthy-" + setting.id(), 2);
            points.put("faulty-" + setting.id(), 2);
            points.put(
                    "median-" + setting.id(),
                    run.latency().get(setting).median().size());
            points.put("p99-" + setting.id(), run.latency().get(setting).p99().size());
        }
        run.staleness().forEach((node, staleness) -> {
            points.put("true-n" + node, staleness.trueMillis().size());
            points.put("proven-n" + node, staleness.provenMillis().size());
        });
        for (Setting setting : Setting.reads()) {
            points.put("pairs-" + setting.id(), run.proof().pairs().get(setting).size());
        }
        for (Setting setting : Setting.writes()) {
            points.put(
                    "kept-" + setting.id(),
                    run.acknowledged().get(setting).kept().size());
            points.put(
                    "lost-" + setting.id(),
                    run.acknowledged().get(setting).lost().size());
        }
        points.put("sold-transactions", 1);
        points.put("sold-stale", 1);
        return points;
    }

    /** A copy of the page with a script that measures what the browser drew. */
    private static Path withProbe(Path page) throws IOException {
        Path copy = page.resolveSibling("probed.html");
        try (InputStream in = Objects.requireNonNull(LabPageTest.class.getResourceAsStream("probe.js"))) {
            String script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            String html = Files.readString(page);
            assertThat(html).contains("</body>");
            Files.writeString(copy, html.replace("</body>", "<script>\n" + script + "</script>\n</body>"));
        }
        return copy;
    }

    private static List<String> lines(Browser.Opened opened, String kind) {
        return findings(opened, kind).stream()
                .map(words -> String.join(" ", words))
                .toList();
    }

    private static List<String[]> findings(Browser.Opened opened, String kind) {
        Matcher found = FINDINGS.matcher(opened.dom());
        assertThat(found.find()).as("the probe ran: " + opened.console()).isTrue();
        List<String[]> findings = new ArrayList<>();
        for (String line : found.group(1).split("\n")) {
            String[] words = line.split("\t");
            if (words[0].equals(kind)) {
                findings.add(words);
            }
        }
        return findings;
    }
}
