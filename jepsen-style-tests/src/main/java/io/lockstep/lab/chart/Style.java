package io.lockstep.lab.chart;

/**
 * How a series looks. No two on one chart differ by colour alone, so that they can be told apart in print and by every eye.
 * The colours are those of Okabe and Ito, made for that.
 *
 * @param dash of lines, as in SVG; empty: solid
 * @param pattern what bars are filled with
 * @param marker of single points
 */
public record Style(String colour, double width, String dash, Pattern pattern, Marker marker) {
    public static final String BLUE = "#0072B2";
    public static final String VERMILLION = "#D55E00";
    public static final String GREEN = "#007A5A";
    public static final String ORANGE = "#C98200";
    public static final String SKY = "#8CC8EC";
    public static final String BLACK = "#111111";
    public static final String GREY = "#8A8A8A";

    public enum Pattern {
        SOLID,
        HATCHED
    }

    public enum Marker {
        CIRCLE,
        TRIANGLE,
        SQUARE,
        DIAMOND
    }

    public static Style line(String colour, double width, String dash) {
        return new Style(colour, width, dash, Pattern.SOLID, Marker.CIRCLE);
    }

    public static Style bars(String colour, Pattern pattern) {
        return new Style(colour, 1, "", pattern, Marker.SQUARE);
    }

    public static Style dots(String colour, Marker marker) {
        return new Style(colour, 1.1, "", Pattern.SOLID, marker);
    }

    String fill() {
        return pattern == Pattern.SOLID ? colour : "url(#hatch-" + colour.substring(1) + ")";
    }

    /** The outline of the marker around (0, 0). */
    static String path(Marker marker, double radius) {
        double r = radius;
        return switch (marker) {
            case CIRCLE -> path("M%s,0a%s,%s 0 1,0 %s,0a%s,%s 0 1,0 %s,0z", -r, r, r, 2 * r, r, r, -2 * r);
            case TRIANGLE -> path("M0,%sL%s,%sL%s,%sz", -1.1 * r, r, 0.8 * r, -r, 0.8 * r);
            case SQUARE -> path("M%s,%sh%sv%sh%sz", -0.85 * r, -0.85 * r, 1.7 * r, 1.7 * r, -1.7 * r);
            case DIAMOND -> path("M0,%sL%s,0L0,%sL%s,0z", -1.2 * r, 1.2 * r, 1.2 * r, -1.2 * r);
        };
    }

    private static String path(String shape, Object... numbers) {
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Svg.number((Double) numbers[i]);
        }
        return String.format(shape, numbers);
    }
}
