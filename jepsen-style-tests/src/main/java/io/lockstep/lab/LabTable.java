package io.lockstep.lab;

import io.lockstep.lab.LabRun.ReadFigures;
import io.lockstep.lab.LabRun.WriteFigures;
import java.util.ArrayList;
import java.util.List;

/** The figures for the terminal. */
final class LabTable {
    private static final String BOLD = "\u001b[1m";
    private static final String PLAIN = "\u001b[0m";

    private final boolean colour;
    private final List<String> lines = new ArrayList<>();

    private LabTable(boolean colour) {
        this.colour = colour;
    }

    /** Lines, without a line's end after the last. */
    static String of(LabRun run, boolean colour) {
        return new LabTable(colour).write(run);
    }

    private String write(LabRun run) {
        String reads = "%-16s %16s %7s %15s %9s %9s %10s %10s %7s";
        head(String.format(
                reads, "READS", "ANSWERED", "", "IN MINORITY", "MEDIAN", "P99", "TRUE <=", "PROVEN <=", "BROKEN"));
        for (ReadFigures each : run.reads()) {
            lines.add(String.format(
                    reads,
                    each.setting().label(),
                    Captions.of(each.all()),
                    Numbers.percent(each.all()),
                    Captions.of(each.minority()),
                    Numbers.millis(each.healthy().medianMillis()),
                    Numbers.millis(each.healthy().p99Millis()),
                    Numbers.millis(each.maxTrueMillis()),
                    Numbers.millis(each.maxProvenMillis()),
                    Numbers.count(each.broken())));
        }
        String writes = "%-16s %16s %7s %15s %9s %9s %10s %18s";
        lines.add("");
        head(String.format(
                writes, "WRITES", "ACKNOWLEDGED", "", "IN MINORITY", "MEDIAN", "P99", "LOST", "NAMED A MISSING"));
        for (WriteFigures each : run.writes()) {
            lines.add(String.format(
                    writes,
                    each.setting().label(),
                    Captions.of(each.all()),
                    Numbers.percent(each.all()),
                    Captions.of(each.minority()),
                    Numbers.millis(each.healthy().medianMillis()),
                    Numbers.millis(each.healthy().p99Millis()),
                    Numbers.count(each.lost()),
                    Numbers.count(each.namedMissing())));
        }
        lines.add("");
        Captions captions = new Captions(run);
        lines.add("staleness: " + captions.proof());
        lines.add("elections: " + captions.standstill());
        lines.add("shop: " + captions.shop());
        return String.join(System.lineSeparator(), lines);
    }

    private void head(String line) {
        lines.add(colour ? BOLD + line + PLAIN : line);
    }
}
