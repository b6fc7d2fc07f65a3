package io.lockstep.lab.chart;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What all charts have alike: the drawing's size, its words for those who cannot see it, patterns, legends. */
final class Frame {
    static final double WIDTH = 860;
    static final double FONT = 12;
    static final double SMALL = 11;
    static final String INK = "#111";
    static final String FAINT = "#D9D9D9";

    private Frame() {}

    /** Begins a drawing, which the caller closes. */
    static Svg begin(String id, String title, double height, Collection<Style> styles) {
        Svg svg = new Svg();
        svg.open(
                "svg",
                "xmlns",
                "http://www.w3.org/2000/svg",
                "viewBox",
                "0 0 " + Svg.number(WIDTH) + " " + Svg.number(height),
                "role",
                "img",
                "data-chart",
                id,
                "font-size",
                FONT,
                "fill",
                INK);
        svg.title(title);
        svg.open("defs");
        TreeSet<String> hatched = new TreeSet<>();
        for (Style style : styles) {
            if (style.pattern() == Style.Pattern.HATCHED) {
                hatched.add(style.colour());
            }
        }
        for (String colour : hatched) {
            svg.open(
                    "pattern",
                    "id",
                    "hatch-" + colour.substring(1),
                    "width",
                    4,
                    "height",
                    4,
                    "patternUnits",
                    "userSpaceOnUse",
                    "patternTransform",
                    "rotate(45)");
            svg.empty("rect", "width", 4, "height", 4, "fill", "#fff");
            svg.empty("rect", "width", 2.4, "height", 4, "fill", colour);
            svg.close();
        }
        return svg.close();
    }

    /** One entry for each label, beside each other. */
    static void legend(Svg svg, List<Mark> marks, double x, double y) {
        Map<String, Mark> byLabel = new LinkedHashMap<>();
        marks.forEach(mark -> byLabel.putIfAbsent(mark.label(), mark));
        double at = x;
        for (Mark mark : byLabel.values()) {
            Style style = mark.style();
            if (mark instanceof Mark.Line) {
                svg.empty(
                        "line",
                        "x1",
                        at,
                        "x2",
                        at + 26,
                        "y1",
                        y - 4,
                        "y2",
                        y - 4,
                        "stroke",
                        style.colour(),
                        "stroke-width",
                        style.width(),
                        "stroke-dasharray",
                        style.dash());
            } else {
                svg.empty(
                        "rect",
                        "x",
                        at,
                        "y",
                        y - 10,
                        "width",
                        26,
                        "height",
                        11,
                        "fill",
                        style.fill(),
                        "stroke",
                        style.colour(),
                        "stroke-width",
                        0.6);
            }
            svg.words(mark.label(), at + 32, y);
            at += 32 + Svg.width(mark.label(), FONT) + 26;
        }
    }
}
