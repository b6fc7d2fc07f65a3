package io.lockstep.lab;

import java.util.Locale;

/** How figures are written, for the page and the terminal alike. */
final class Numbers {
    private Numbers() {}

    /** With three digits at most. */
    static String millis(double millis) {
        if (millis >= 999.5) {
            return String.format(Locale.ROOT, millis >= 9_995 ? "%.1f s" : "%.2f s", millis / 1_000);
        }
        return String.format(Locale.ROOT, millis >= 9.95 ? "%.0f ms" : "%.1f ms", millis);
    }

    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** Whole, but never all or none when it is not quite. */
    static String percent(LabRun.Share share) {
        if (share.asked() == 0) {
            return "–";
        }
        double percent = share.percent();
        if (percent > 99.5 && share.failed() > 0 || percent < 0.5 && share.answered() > 0) {
            return String.format(Locale.ROOT, "%.1f %%", Math.min(99.9, Math.max(0.1, percent)));
        }
        return String.format(Locale.ROOT, "%.0f %%", percent);
    }
}
