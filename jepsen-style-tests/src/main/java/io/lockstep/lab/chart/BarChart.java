package io.lockstep.lab.chart;

import java.util.List;

/**
 * Counts as bars that lie.
 *
 * @param limit a line across all bars, with its words
 */
public record BarChart(String id, String title, String axis, double limit, String limitWords, List<Bar> bars) {
    private static final double LEFT = 260;
    private static final double RIGHT = 150;
    private static final double TOP = 30;
    private static final double HEIGHT = 26;
    private static final double GAP = 12;
    private static final double BOTTOM = 42;

    public BarChart {
        bars = List.copyOf(bars);
    }

    /** Up to the limit it has one style, beyond it another. */
    public record Bar(String id, String title, double value, Style style, Style beyond, String words) {}

    public String svg() {
        double bottom = TOP + bars.size() * (HEIGHT + GAP);
        double highest =
                Math.max(limit, bars.stream().mapToDouble(Bar::value).max().orElse(0));
        Scale scale = Scale.linear(highest, 6, Scale::plain);
        Svg svg = Frame.begin(
                id, title, bottom + BOTTOM, bars.stream().map(Bar::beyond).toList());
        for (double tick : scale.ticks()) {
            double x = x(scale, tick);
            svg.empty("line", "x1", x, "x2", x, "y1", TOP, "y2", bottom, "stroke", Frame.FAINT, "stroke-width", 0.8);
            svg.words(scale.label().apply(tick), x, bottom + 16, "text-anchor", "middle", "font-size", Frame.SMALL);
        }
        double y = TOP + GAP / 2;
        for (Bar bar : bars) {
            bar(svg, bar, scale, y);
            y += HEIGHT + GAP;
        }
        double at = x(scale, limit);
        svg.empty(
                "line",
                "x1",
                at,
                "x2",
                at,
                "y1",
                TOP - 8,
                "y2",
                bottom,
                "stroke",
                Frame.INK,
                "stroke-width",
                1.4,
                "stroke-dasharray",
                "5 3");
        svg.words(limitWords, at, TOP - 13, "text-anchor", "middle", "font-size", Frame.SMALL, "font-style", "italic");
        svg.empty("line", "x1", LEFT, "x2", LEFT, "y1", TOP, "y2", bottom, "stroke", Frame.INK, "stroke-width", 0.8);
        svg.words(axis, (LEFT + Frame.WIDTH - RIGHT) / 2, bottom + 34, "text-anchor", "middle");
        return svg.close().toString();
    }

    private static double x(Scale scale, double value) {
        return LEFT + scale.share(value) * (Frame.WIDTH - LEFT - RIGHT);
    }

    private void bar(Svg svg, Bar bar, Scale scale, double y) {
        svg.open("g", "data-series", bar.id(), "data-points", 1, "data-drawn", 1);
        svg.title(bar.title() + ": " + bar.words());
        svg.words(bar.title(), 0, y + HEIGHT / 2 + 4, "font-weight", "600");
        double within = x(scale, Math.min(bar.value(), limit));
        svg.empty(
                "rect",
                "x",
                LEFT,
                "y",
                y,
                "width",
                within - LEFT,
                "height",
                HEIGHT,
                "fill",
                bar.style().colour());
        double end = x(scale, bar.value());
        if (bar.value() > limit) {
            svg.empty(
                    "rect",
                    "x",
                    within,
                    "y",
                    y,
                    "width",
                    end - within,
                    "height",
                    HEIGHT,
                    "fill",
                    bar.beyond().fill(),
                    "stroke",
                    bar.beyond().colour(),
                    "stroke-width",
                    0.8);
        }
        svg.words(bar.words(), end + 8, y + HEIGHT / 2 + 4);
        svg.close();
    }
}
