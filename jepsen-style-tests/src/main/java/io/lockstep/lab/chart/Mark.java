package io.lockstep.lab.chart;

import java.util.List;

/** Something that a panel draws; its identity names it in the page's data attributes. */
public sealed interface Mark permits Mark.Line, Mark.Bars {

    String id();

    String label();

    Style style();

    List<Point> points();

    /** A line through points, broken where there are none for more than {@code gap}. */
    record Line(String id, String label, Style style, List<Point> points, double gap) implements Mark {
        public Line {
            points = List.copyOf(points);
        }
    }

    /**
     * A bar of this width around each point's x, from the values of {@code below} up.
     *
     * @param below what is stacked under it, with the same x values; or empty
     */
    record Bars(String id, String label, Style style, List<Point> points, List<Point> below, double width)
            implements Mark {
        public Bars {
            points = List.copyOf(points);
            below = List.copyOf(below);
        }
    }
}
