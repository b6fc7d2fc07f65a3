package io.lockstep.lab.chart;

import java.util.ArrayList;
import java.util.List;

/**
 * Panels one above the other on one time axis, with the faults as shaded bands through all of them.
 *
 * @param title what it shows, for those who cannot see it
 * @param seconds where the time axis ends
 */
public record TimeChart(String id, String title, double seconds, List<Band> bands, List<Panel> panels) {
    private static final double LEFT = 204;
    private static final double RIGHT = 14;
    private static final double GAP = 14;
    private static final double LEGEND = 24;
    private static final double BAND_LABEL = 14;
    private static final int NOTE_LETTERS = 25;
    private static final double BOTTOM = 42;

    public TimeChart {
        bands = List.copyOf(bands);
        panels = List.copyOf(panels);
    }

    public String svg() {
        Scale time = Scale.time(seconds);
        List<Label> labels = labels(time);
        double top = LEGEND
                + 6
                + BAND_LABEL
                        * labels.stream()
                                .mapToInt(label -> label.row() + 1)
                                .max()
                                .orElse(0);
        double bottom = top - GAP;
        for (Panel panel : panels) {
            bottom += panel.height() + GAP;
        }
        List<Mark> marks =
                panels.stream().flatMap(panel -> panel.marks().stream()).toList();
        Svg svg = Frame.begin(
                id, title, bottom + BOTTOM, marks.stream().map(Mark::style).toList());
        Frame.legend(svg, marks, LEFT, 13);
        bands(svg, time, labels, top, bottom);
        double y = top;
        for (Panel panel : panels) {
            panel(svg, panel, time, y);
            y += panel.height() + GAP;
        }
        edges(svg, time, top, bottom);
        timeAxis(svg, time, bottom);
        return svg.close().toString();
    }

    private static double x(Scale time, double seconds) {
        return LEFT + time.share(seconds) * (Frame.WIDTH - LEFT - RIGHT);
    }

    /** Where a band's label stands: its middle, and in which row above the panels, 0 the lowest. */
    private record Label(double middle, int row) {}

    /** In as few rows as they need not to overlap. */
    private List<Label> labels(Scale time) {
        List<Double> ends = new ArrayList<>();
        List<Label> labels = new ArrayList<>();
        for (Band band : bands) {
            double half = Svg.width(band.label(), Frame.SMALL) / 2;
            double middle = (x(time, band.from()) + x(time, band.to())) / 2;
            middle = Math.max(LEFT + half, Math.min(Frame.WIDTH - RIGHT - half, middle));
            int row = 0;
            while (row < ends.size() && ends.get(row) > middle - half) {
                row++;
            }
            if (row == ends.size()) {
                ends.add(0.0);
            }
            ends.set(row, middle + half + 8);
            labels.add(new Label(middle, row));
        }
        return labels;
    }

    private void bands(Svg svg, Scale time, List<Label> labels, double top, double bottom) {
        for (int i = 0; i < bands.size(); i++) {
            Band band = bands.get(i);
            Label label = labels.get(i);
            double from = x(time, band.from());
            double to = x(time, band.to());
            double labelY = top - 9 - label.row() * BAND_LABEL;
            double lineTop = top - 5 - label.row() * BAND_LABEL;
            svg.open("g", "class", "band", "data-band", band.label());
            svg.empty(
                    "rect", "x", from, "y", lineTop, "width", to - from, "height", bottom - lineTop, "fill", "#EDEBE4");
            svg.words(
                    band.label(),
                    label.middle(),
                    labelY,
                    "text-anchor",
                    "middle",
                    "font-size",
                    Frame.SMALL,
                    "font-style",
                    "italic");
            svg.close();
        }
    }

    /** Over the panels, so that they show where bars fill a panel. */
    private void edges(Svg svg, Scale time, double top, double bottom) {
        StringBuilder edges = new StringBuilder();
        for (Band band : bands) {
            for (double at : new double[] {band.from(), band.to()}) {
                edges.append("M").append(Svg.number(x(time, at))).append(',').append(Svg.number(top - 5));
                edges.append("V").append(Svg.number(bottom));
            }
        }
        svg.empty("path", "d", edges, "stroke", "#5F5B4E", "stroke-width", 0.9, "stroke-dasharray", "3 3");
    }

    private static void panel(Svg svg, Panel panel, Scale time, double top) {
        double bottom = top + panel.height();
        double right = Frame.WIDTH - RIGHT;
        svg.open("g", "class", "panel", "data-panel", panel.title());
        double titleY = panel.height() < 40 ? top + panel.height() / 2 + 4 : top + 11;
        svg.words(panel.title(), 0, titleY, "font-weight", "600");
        double noteY = titleY + 15;
        for (String line : wrapped(panel.note())) {
            svg.words(line, 0, noteY, "font-size", Frame.SMALL, "fill", "#444");
            noteY += 13.5;
        }
        double lastLabel = Double.NEGATIVE_INFINITY;
        for (double tick : panel.y().ticks()) {
            double y = bottom - panel.y().share(tick) * panel.height();
            svg.empty("line", "x1", LEFT, "x2", right, "y1", y, "y2", y, "stroke", Frame.FAINT, "stroke-width", 0.7);
            if (Math.abs(y - lastLabel) > 10) {
                svg.words(
                        panel.y().label().apply(tick),
                        LEFT - 6,
                        y + 3.8,
                        "text-anchor",
                        "end",
                        "font-size",
                        Frame.SMALL);
                lastLabel = y;
            }
        }
        for (Mark mark : panel.marks()) {
            draw(svg, mark, panel, time, bottom);
        }
        svg.empty(
                "path",
                "d",
                "M" + Svg.number(LEFT) + "," + Svg.number(top) + "V" + Svg.number(bottom) + "H" + Svg.number(right),
                "fill",
                "none",
                "stroke",
                Frame.INK,
                "stroke-width",
                0.8);
        svg.close();
    }

    private static List<String> wrapped(String words) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : words.split(" ")) {
            if (line.length() > 0 && line.length() + 1 + word.length() > NOTE_LETTERS) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        if (line.length() > 0) {
            lines.add(line.toString());
        }
        return lines;
    }

    private static void draw(Svg svg, Mark mark, Panel panel, Scale time, double bottom) {
        long drawn = mark instanceof Mark.Bars
                ? mark.points().stream().filter(point -> point.y() > 0).count()
                : mark.points().size();
        svg.open("g", "data-series", mark.id(), "data-points", mark.points().size(), "data-drawn", drawn);
        svg.title(panel.title() + ": " + mark.label());
        if (mark instanceof Mark.Line line) {
            line(svg, line, panel, time, bottom);
        } else if (mark instanceof Mark.Bars bars) {
            bars(svg, bars, panel, time, bottom);
        }
        svg.close();
    }

    private static void line(Svg svg, Mark.Line line, Panel panel, Scale time, double bottom) {
        StringBuilder stroke = new StringBuilder();
        double lastX = Double.NEGATIVE_INFINITY;
        for (Point point : line.points()) {
            boolean begins = point.x() - lastX > line.gap();
            String at = Svg.number(x(time, point.x())) + ","
                    + Svg.number(bottom - panel.y().share(point.y()) * panel.height());
            // A round end makes a point without neighbours visible.
            stroke.append(begins ? "M" + at + "h0" : "L" + at);
            lastX = point.x();
        }
        svg.empty(
                "path",
                "d",
                stroke,
                "fill",
                "none",
                "stroke",
                line.style().colour(),
                "stroke-width",
                line.style().width(),
                "stroke-dasharray",
                line.style().dash(),
                "stroke-linejoin",
                "round",
                "stroke-linecap",
                line.style().dash().isEmpty() ? "round" : "butt");
    }

    private static void bars(Svg svg, Mark.Bars bars, Panel panel, Scale time, double bottom) {
        List<String> shapes = new ArrayList<>();
        for (int i = 0; i < bars.points().size(); i++) {
            Point point = bars.points().get(i);
            double base = bars.below().isEmpty() ? 0 : bars.below().get(i).y();
            if (point.y() <= 0) {
                continue;
            }
            double from = bottom - panel.y().share(base) * panel.height();
            double to = bottom - panel.y().share(base + point.y()) * panel.height();
            double left = x(time, point.x() - bars.width() / 2);
            double right = x(time, point.x() + bars.width() / 2);
            shapes.add("M" + Svg.number(left) + "," + Svg.number(from) + "H" + Svg.number(right) + "V" + Svg.number(to)
                    + "H" + Svg.number(left) + "z");
        }
        svg.empty("path", "d", String.join("", shapes), "fill", bars.style().fill());
    }

    private static void timeAxis(Svg svg, Scale time, double bottom) {
        for (double tick : time.ticks()) {
            double x = x(time, tick);
            svg.empty(
                    "line", "x1", x, "x2", x, "y1", bottom, "y2", bottom + 5, "stroke", Frame.INK, "stroke-width", 0.8);
            svg.words(time.label().apply(tick), x, bottom + 18, "text-anchor", "middle", "font-size", Frame.SMALL);
        }
        svg.words(
                "time since the workload began, in seconds",
                (LEFT + Frame.WIDTH - RIGHT) / 2,
                bottom + 36,
                "text-anchor",
                "middle");
    }
}
