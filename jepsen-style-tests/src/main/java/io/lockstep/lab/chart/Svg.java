package io.lockstep.lab.chart;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/** Writes SVG: elements with attributes given as name, value, name, value. */
final class Svg {
    /** About what a letter of the sans-serif fonts takes on average, as a share of the font size. */
    private static final double LETTER = 0.54;

    private final StringBuilder text = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();

    Svg open(String name, Object... attributes) {
        begin(name, attributes).append(">\n");
        open.push(name);
        return this;
    }

    Svg close() {
        text.append("</").append(open.pop()).append(">\n");
        return this;
    }

    Svg empty(String name, Object... attributes) {
        begin(name, attributes).append("/>\n");
        return this;
    }

    Svg words(String words, double x, double y, Object... attributes) {
        begin("text", attributes);
        attribute("x", x);
        attribute("y", y);
        text.append('>').append(escape(words)).append("</text>\n");
        return this;
    }

    /** What a browser shows when the pointer rests, and what a screen reader reads. */
    Svg title(String words) {
        text.append("<title>").append(escape(words)).append("</title>\n");
        return this;
    }

    private StringBuilder begin(String name, Object... attributes) {
        text.append('<').append(name);
        for (int i = 0; i < attributes.length; i += 2) {
            attribute(attributes[i].toString(), attributes[i + 1]);
        }
        return text;
    }

    private void attribute(String name, Object value) {
        String written = value instanceof Number number ? number(number.doubleValue()) : value.toString();
        text.append(' ').append(name).append("=\"").append(escape(written)).append('"');
    }

    /** At a tenth of a unit: nobody sees more, and pages stay small. */
    static String number(double value) {
        long tenths = Math.round(value * 10);
        return tenths % 10 == 0 ? String.valueOf(tenths / 10) : String.format(Locale.ROOT, "%.1f", tenths / 10.0);
    }

    static double width(String words, double fontSize) {
        return words.length() * fontSize * LETTER;
    }

    static String escape(String words) {
        return words.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    @Override
    public String toString() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("not closed: " + open);
        }
        return text.toString();
    }
}
