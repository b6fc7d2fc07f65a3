package io.lockstep.lab.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/**
 * Where a value lies between the ends of an axis, and which values to mark.
 *
 * @param logarithmic values below {@code min} are drawn at {@code min}
 * @param label writes the value of a tick
 */
public record Scale(double min, double max, boolean logarithmic, List<Double> ticks, DoubleFunction<String> label) {

    public Scale {
        if (!(max > min) || logarithmic && !(min > 0)) {
            throw new IllegalArgumentException("no scale from " + min + " to " + max);
        }
        ticks = List.copyOf(ticks);
    }

    /** From 0 to a round number at or above {@code highest}, in about so many steps. */
    public static Scale linear(double highest, int steps, DoubleFunction<String> label) {
        double step = roundUp(Math.max(highest, 1e-9) / steps);
        double end = Math.ceil(highest / step - 1e-9) * step;
        return upTo(Math.max(end, step), step, label);
    }

    /** From 0 to exactly {@code end}. */
    public static Scale time(double end) {
        return upTo(end, roundUp(end / 12), Scale::plain);
    }

    private static Scale upTo(double end, double step, DoubleFunction<String> label) {
        List<Double> ticks = new ArrayList<>();
        for (int i = 0; i * step <= end + 1e-9; i++) {
            ticks.add(i * step);
        }
        return new Scale(0, end, false, ticks, label);
    }

    /** Milliseconds by powers of ten, to 1, 2 or 5 times one that is at or above {@code highestMillis}. */
    public static Scale millis(double lowestMillis, double highestMillis) {
        double end = roundUp(Math.max(highestMillis, 2 * lowestMillis));
        List<Double> ticks = new ArrayList<>();
        // The last power has no label if the end, which has one, is near.
        for (double tick = lowestMillis; tick < end / 2.5; tick *= 10) {
            ticks.add(tick);
        }
        ticks.add(end);
        return new Scale(lowestMillis, end, true, ticks, Scale::duration);
    }

    /** 1, 2 or 5 times a power of ten. */
    private static double roundUp(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (double factor : new double[] {1, 2, 5}) {
            if (factor * power >= value * (1 - 1e-9)) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    public static String plain(double value) {
        return value == Math.rint(value) ? String.format(Locale.ROOT, "%,d", (long) value) : Svg.number(value);
    }

    private static String duration(double millis) {
        return millis >= 1_000 ? plain(millis / 1_000) + " s" : plain(millis) + " ms";
    }

    /** 0 at the beginning of the axis, 1 at its end. */
    double share(double value) {
        double inside = Math.min(max, Math.max(min, value));
        return logarithmic ? Math.log(inside / min) / Math.log(max / min) : (inside - min) / (max - min);
    }
}
