package io.lockstep.bench.compare;

import java.util.List;

/** The least, the middle and the greatest of some ratios; of an even number the middle is the mean of the two in the middle. */
public record Spread(double least, double median, double greatest) {
    /** Of at least one ratio. */
    public static Spread of(List<Double> ratios) {
        if (ratios.isEmpty()) {
            throw new IllegalArgumentException("a spread of no ratios");
        }
        List<Double> sorted = ratios.stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Spread(sorted.get(0), median, sorted.get(sorted.size() - 1));
    }
}
