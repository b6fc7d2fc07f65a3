package io.lockstep.bench.load;

import java.util.SplittableRandom;

/**
 * Picks key numbers from 0 to count-1, each as often as the others or by a Zipf law (exponent 0.99) with the popular keys spread over the
 * whole range. Not thread-safe. The Zipf law is drawn by the method of Gray et al., "Quickly generating billion-record synthetic databases"
 * (SIGMOD 1994), which needs one sum over all keys at the start and constant time for each draw.
 */
final class KeyPicker {
    private static final double THETA = 0.99;
    /** Odd and not divisible by small primes: neighbouring ranks come to lie far apart. */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private final SplittableRandom random;
    private final int count;
    private final Zipf zipf;
    private final boolean uniform;

    KeyPicker(SplittableRandom random, int count, Zipf zipf, boolean uniform) {
        this.random = random;
        this.count = count;
        this.zipf = zipf;
        this.uniform = uniform;
    }

    int next() {
        if (uniform) {
            return random.nextInt(count);
        }
        long spread = zipf.rank(random.nextDouble()) * SPREAD;
        return (int) Long.remainderUnsigned(spread, count);
    }

    /** The constants of the law for a number of keys; immutable, shared by all pickers. */
    record Zipf(int count, double zeta, double alpha, double eta) {
        static Zipf of(int count) {
            double zeta = 0;
            for (int rank = 1; rank <= count; rank++) {
                zeta += 1 / Math.pow(rank, THETA);
            }
            double zetaOfTwo = 1 + Math.pow(0.5, THETA);
            double eta = (1 - Math.pow(2.0 / count, 1 - THETA)) / (1 - zetaOfTwo / zeta);
            return new Zipf(count, zeta, 1 / (1 - THETA), eta);
        }

        /** The rank, from 0, that a uniform number between 0 and 1 stands for. */
        long rank(double uniform) {
            double scaled = uniform * zeta;
            if (scaled < 1) {
                return 0;
            }
            if (scaled < 1 + Math.pow(0.5, THETA)) {
                return Math.min(1, count - 1);
            }
            return Math.min(count - 1L, (long) (count * Math.pow(eta * uniform - eta + 1, alpha)));
        }
    }
}
