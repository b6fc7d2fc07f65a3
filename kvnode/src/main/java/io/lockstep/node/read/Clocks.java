package io.lockstep.node.read;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The clocks that a staleness bound rests on. */
interface Clocks {
    /** No time, and no difference between two. */
    long UNKNOWN = Long.MIN_VALUE;

    /** Never goes back; stands still while the machine sleeps. */
    long nanoTime();

    /** May be set to anything at any time. */
    long wallMillis();

    /** Time since the machine was started, sleep included; {@link #UNKNOWN} where nobody tells. */
    long uptimeMillis();

    Clocks SYSTEM = new Clocks() {
        private final Path uptime = Path.of("/proc/uptime");

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public long wallMillis() {
            return System.currentTimeMillis();
        }

        @Override
        public long uptimeMillis() {
            try {
                String text = Files.readString(uptime);
                return Math.round(Double.parseDouble(text.substring(0, text.indexOf(' '))) * 1_000);
            } catch (IOException | RuntimeException e) {
                return UNKNOWN;
            }
        }
    };
}
