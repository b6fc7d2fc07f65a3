package io.lockstep.lab;

import java.io.PrintStream;
import java.time.Duration;

/**
 * What goes on, on the terminal: one line that is drawn anew each half second, with the time that is left; in a pipe a line
 * for each phase. The lab's thread names phases, a thread of its own draws.
 */
final class Progress implements AutoCloseable {
    private static final int BAR_WIDTH = 24;
    private static final long REDRAW_MILLIS = 500;

    private final PrintStream out;
    private final boolean terminal;
    private final long beganNanos = System.nanoTime();
    private final long expectedNanos;
    private final Thread painter = new Thread(this::paint, "lab-progress");
    private String phase = "";
    private boolean closed;

    /** @param expected how long everything takes, about */
    Progress(PrintStream out, boolean terminal, Duration expected) {
        this.out = out;
        this.terminal = terminal;
        this.expectedNanos = expected.toNanos();
        painter.setDaemon(true);
        if (terminal) {
            painter.start();
        }
    }

    synchronized void phase(String now) {
        phase = now;
        if (terminal) {
            draw();
        } else {
            out.printf("%5.1f s  %s%n", passedNanos() / 1e9, now);
            out.flush();
        }
    }

    private synchronized void paint() {
        try {
            while (!closed) {
                draw();
                wait(REDRAW_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long passedNanos() {
        return System.nanoTime() - beganNanos;
    }

    private synchronized void draw() {
        if (closed) {
            return;
        }
        long passed = passedNanos();
        int full = (int) Math.min(BAR_WIDTH, BAR_WIDTH * passed / expectedNanos);
        long left = Math.max(0, (expectedNanos - passed) / 1_000_000_000);
        out.printf(
                "\r\u001b[K\u001b[36m%s\u001b[2m%s\u001b[0m %s \u001b[1m%s\u001b[0m",
                "━".repeat(full), "━".repeat(BAR_WIDTH - full), left > 0 ? left + " s left" : "nearly done", phase);
        out.flush();
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        if (terminal) {
            out.print("\r\u001b[K");
            out.flush();
        }
    }
}
