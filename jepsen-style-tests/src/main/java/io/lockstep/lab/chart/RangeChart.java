package io.lockstep.lab.chart;

import java.util.List;

/** For each row, spans between two values on one logarithmic axis of milliseconds: a dot at the first, a bar at the second. */
public record RangeChart(String id, String title, String axis, double lowest, double highest, List<Row> rows) {
    private static final double LEFT = 196;
    private static final double RIGHT = 120;
    private static final double TOP = 30;
    private static final double SPAN_HEIGHT = 17;
    private static final double ROW_GAP = 9;
    private static final double BOTTOM = 42;

    public RangeChart {
        rows = List.copyOf(rows);
    }

    public record Row(String title, List<Span> spans) {
        public Row {
            spans = List.copyOf(spans);
        }
    }

    /** @param words stands behind the span */
    public record Span(String id, String label, Style style, double from, double to, String words) {}

    public String svg() {
        double bottom = TOP;
        for (Row row : rows) {
            bottom += row.spans().size() * SPAN_HEIGHT + ROW_GAP;
        }
        Scale scale = Scale.millis(lowest, highest);
        Svg svg = Frame.begin(
                id,
                title,
                bottom + BOTTOM,
                rows.stream()
                        .flatMap(row -> row.spans().stream())
                        .map(Span::style)
                        .toList());
        for (double tick : scale.ticks()) {
            double x = x(scale, tick);
            svg.empty(
                    "line", "x1", x, "x2", x, "y1", TOP - 6, "y2", bottom, "stroke", Frame.FAINT, "stroke-width", 0.8);
            svg.words(scale.label().apply(tick), x, bottom + 16, "text-anchor", "middle", "font-size", Frame.SMALL);
        }
        legend(svg);
        double y = TOP;
        for (Row row : rows) {
            double height = row.spans().size() * SPAN_HEIGHT;
            svg.words(row.title(), 0, y + height / 2 + 4, "font-weight", "600");
            for (Span span : row.spans()) {
                span(svg, span, scale, y + SPAN_HEIGHT / 2);
                y += SPAN_HEIGHT;
            }
            y += ROW_GAP;
        }
        svg.empty(
                "line",
                "x1",
                LEFT,
                "x2",
                Frame.WIDTH - RIGHT,
                "y1",
                bottom,
                "y2",
                bottom,
                "stroke",
                Frame.INK,
                "stroke-width",
                0.8);
        svg.words(axis, (LEFT + Frame.WIDTH - RIGHT) / 2, bottom + 34, "text-anchor", "middle");
        return svg.close().toString();
    }

    private static double x(Scale scale, double value) {
        return LEFT + scale.share(value) * (Frame.WIDTH - LEFT - RIGHT);
    }

    private void legend(Svg svg) {
        if (rows.isEmpty()) {
            return;
        }
        double at = LEFT;
        for (Span span : rows.get(0).spans()) {
            shape(svg, span.style(), at, at + 40, 9);
            svg.words(span.label(), at + 50, 13);
            at += 50 + Svg.width(span.label(), Frame.FONT) + 30;
        }
    }

    private static void span(Svg svg, Span span, Scale scale, double y) {
        svg.open("g", "data-series", span.id(), "data-points", 2, "data-drawn", 2);
        svg.title(span.label() + ": " + span.words());
        double from = x(scale, span.from());
        double to = x(scale, span.to());
        shape(svg, span.style(), from, to, y);
        svg.words(span.words(), Math.max(from, to) + 9, y + 4, "font-size", Frame.SMALL);
        svg.close();
    }

    private static void shape(Svg svg, Style style, double from, double to, double y) {
        svg.empty(
                "line",
                "x1",
                from,
                "x2",
                to,
                "y1",
                y,
                "y2",
                y,
                "stroke",
                style.colour(),
                "stroke-width",
                2,
                "stroke-dasharray",
                style.dash());
        svg.empty(
                "path",
                "d",
                Style.path(style.marker(), 4.6),
                "transform",
                "translate(" + Svg.number(from) + "," + Svg.number(y) + ")",
                "fill",
                style.pattern() == Style.Pattern.SOLID ? style.colour() : "#fff",
                "stroke",
                style.colour(),
                "stroke-width",
                1.5);
        svg.empty("line", "x1", to, "x2", to, "y1", y - 5, "y2", y + 5, "stroke", style.colour(), "stroke-width", 2.4);
    }
}
