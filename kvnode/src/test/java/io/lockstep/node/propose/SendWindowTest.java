package io.lockstep.node.propose;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SendWindowTest {
    private int entryBytes = 512 << 10;
    private final SendWindow window = new SendWindow(32, 0);
    private long nowNanos;

    /** Fills the window and has the log take so long for all of it. */
    private int round(long tookNanos) {
        int sent = 0;
        while (window.isOpen()) {
            window.sent(entryBytes);
            sent++;
        }
        long sentNanos = nowNanos;
        nowNanos += tookNanos;
        for (int i = 0; i < sent; i++) {
            window.done(entryBytes, sentNanos, nowNanos);
        }
        return sent;
    }

    @Test
    void isOpen_entriesOut_closesAtItsEntries() {
        for (int i = 0; i < 32; i++) {
            assertThat(window.isOpen()).isTrue();
            window.sent(1);
        }
        assertThat(window.isOpen()).isFalse();
        window.failed(1);
        assertThat(window.isOpen()).isTrue();
    }

    @Test
    void done_slowLog_shrinksToTheLeastAndStillLetsOneEntryOut() {
        entryBytes = SendWindow.MIN_BYTES;
        int before = round(SendWindow.SLOW_NANOS * 2);
        for (int i = 0; i < 20; i++) {
            round(SendWindow.SLOW_NANOS * 2);
        }
        assertThat(window.maxBytes()).isEqualTo(SendWindow.MIN_BYTES);
        assertThat(round(SendWindow.SLOW_NANOS * 2)).isEqualTo(1).isLessThan(before);
    }

    @Test
    void done_slowEntriesOfOneJam_shrinkOnce() {
        long before = window.maxBytes();
        round(SendWindow.SLOW_NANOS * 2);
        assertThat(window.maxBytes()).isEqualTo(before * 2 / 3);
    }

    @Test
    void done_quickLogAndFullWindow_growsToTheMost() {
        for (int i = 0; i < 100; i++) {
            round(SendWindow.QUICK_NANOS - 1);
        }
        assertThat(window.maxBytes()).isEqualTo(SendWindow.MAX_BYTES);
    }

    @Test
    void done_quickLogAndRoomLeft_staysAsItIs() {
        long before = window.maxBytes();
        for (int i = 0; i < 100; i++) {
            assertThat(window.isOpen()).isTrue();
            window.sent(1);
            nowNanos += SendWindow.QUICK_NANOS;
            window.done(1, nowNanos - 1, nowNanos);
        }
        assertThat(window.maxBytes()).isEqualTo(before);
    }
}
