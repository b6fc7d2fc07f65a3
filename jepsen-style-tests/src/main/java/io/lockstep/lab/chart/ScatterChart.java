package io.lockstep.lab.chart;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Pairs of milliseconds against the diagonal, both axes logarithmic and alike. Pairs that would be drawn within two units
 * of another of their series are drawn once.
 */
public record ScatterChart(String id, String title, Words words, double highestMillis, List<Series> series) {
    private static final double LOWEST_MILLIS = 1;
    private static final double SIZE = 400;
    private static final double LEFT = 196;
    private static final double TOP = 30;
    private static final double BOTTOM = 46;
    private static final double GRID = 2;
    private static final double RADIUS = 3;

    public ScatterChart {
        series = List.copyOf(series);
    }

    /** @param below is written into the half under the diagonal, a line each */
    public record Words(String x, String y, String diagonal, List<String> below) {}

    public record Series(String id, String label, Style style, List<Point> points) {
        public Series {
            points = List.copyOf(points);
        }
    }

    public String svg() {
        Scale scale = Scale.millis(LOWEST_MILLIS, highestMillis);
        Svg svg = Frame.begin(
                id,
                title,
                TOP + SIZE + BOTTOM,
                series.stream().map(Series::style).toList());
        double bottom = TOP + SIZE;
        svg.empty(
                "path",
                "d",
                "M" + at(LEFT, bottom) + "L" + at(LEFT + SIZE, TOP) + "V" + Svg.number(bottom) + "z",
                "fill",
                "#EDEBE4");
        for (double tick : scale.ticks()) {
            double share = scale.share(tick) * SIZE;
            String label = (tick == LOWEST_MILLIS ? "≤ " : "") + scale.label().apply(tick);
            svg.empty(
                    "path",
                    "d",
                    "M" + at(LEFT, bottom - share) + "h" + Svg.number(SIZE) + "M" + at(LEFT + share, TOP) + "v"
                            + Svg.number(SIZE),
                    "stroke",
                    Frame.FAINT,
                    "stroke-width",
                    0.7);
            svg.words(label, LEFT - 6, bottom - share + 4, "text-anchor", "end", "font-size", Frame.SMALL);
            svg.words(label, LEFT + share, bottom + 17, "text-anchor", "middle", "font-size", Frame.SMALL);
        }
        svg.empty(
                "path",
                "d",
                "M" + at(LEFT, bottom) + "L" + at(LEFT + SIZE, TOP),
                "stroke",
                Frame.INK,
                "stroke-width",
                1.2);
        series.forEach(each -> dots(svg, each, scale, bottom));
        svg.empty(
                "path",
                "d",
                "M" + at(LEFT, TOP) + "V" + Svg.number(bottom) + "h" + Svg.number(SIZE),
                "fill",
                "none",
                "stroke",
                Frame.INK,
                "stroke-width",
                0.8);
        text(svg, bottom);
        return svg.close().toString();
    }

    private static String at(double x, double y) {
        return Svg.number(x) + "," + Svg.number(y);
    }

    private void text(Svg svg, double bottom) {
        svg.words(words.x(), LEFT + SIZE / 2, bottom + 38, "text-anchor", "middle");
        svg.words(
                words.y(),
                0,
                0,
                "text-anchor",
                "middle",
                "transform",
                "translate(" + at(LEFT - 62, TOP + SIZE / 2) + ") rotate(-90)");
        svg.words(
                words.diagonal(),
                0,
                0,
                "font-size",
                Frame.SMALL,
                "font-style",
                "italic",
                "text-anchor",
                "middle",
                "transform",
                "translate(" + at(LEFT + SIZE * 0.3 + 9, bottom - SIZE * 0.3 + 9) + ") rotate(-45)");
        double y = bottom - 14 * words.below().size();
        for (String line : words.below()) {
            svg.words(line, LEFT + SIZE - 10, y, "text-anchor", "end", "font-size", Frame.SMALL);
            y += 14;
        }
        double legendY = TOP + 12;
        for (Series each : series) {
            double x = LEFT + SIZE + 26;
            svg.empty(
                    "path",
                    "d",
                    Style.path(each.style().marker(), 4.5),
                    "transform",
                    "translate(" + at(x, legendY - 4) + ")",
                    "fill",
                    "none",
                    "stroke",
                    each.style().colour(),
                    "stroke-width",
                    1.5);
            svg.words(each.label(), x + 12, legendY);
            legendY += 20;
        }
    }

    private static void dots(Svg svg, Series series, Scale scale, double bottom) {
        Set<String> places = new LinkedHashSet<>();
        for (Point point : series.points()) {
            double x = LEFT + scale.share(point.x()) * SIZE;
            double y = bottom - scale.share(point.y()) * SIZE;
            places.add(at(Math.round(x / GRID) * GRID, Math.round(y / GRID) * GRID));
        }
        String shape = Style.path(series.style().marker(), RADIUS);
        String mark = "mark-" + series.id();
        svg.open("g", "data-series", series.id(), "data-points", series.points().size(), "data-drawn", places.size());
        svg.title(series.label());
        svg.open("defs");
        svg.empty(
                "path",
                "id",
                mark,
                "d",
                shape,
                "fill",
                "none",
                "stroke",
                series.style().colour(),
                "stroke-width",
                series.style().width(),
                "stroke-opacity",
                "0.75");
        svg.close();
        for (String place : places) {
            int comma = place.indexOf(',');
            svg.empty("use", "href", "#" + mark, "x", place.substring(0, comma), "y", place.substring(comma + 1));
        }
        svg.close();
    }
}
