package io.lockstep.node.propose;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SendWindowTest {
    private static final int ENTRY = 16 << 10;

    private final SendWindow window = farApart(1_000);
    private long nowNanos;

    /** A window of so many entries. */
    private static SendWindow farApart(int entries) {
        SendWindow window = new SendWindow(entries, 0);
        window.round(entries * SendWindow.NANOS_PER_ENTRY);
        return window;
    }

    /** Fills the window and has it come back at a rate, for so many samples; tells how much was out at the end. */
    private long full(long bytesPerSecond, int samples) {
        long out = 0;
        long endNanos = nowNanos + samples * SendWindow.SAMPLE_NANOS;
        while (nowNanos < endNanos) {
            while (window.isOpen()) {
                window.sent(ENTRY);
                out += ENTRY;
            }
            nowNanos += ENTRY * 1_000_000_000L / bytesPerSecond;
            window.done(ENTRY, nowNanos);
            out -= ENTRY;
        }
        return out;
    }

    @Test
    void isOpen_entriesOut_closesAtItsEntries() {
        SendWindow few = farApart(32);
        assertThat(sendAll(few)).isEqualTo(32);
        few.done(1, 1);
        assertThat(few.isOpen()).isTrue();
    }

    private static int sendAll(SendWindow window) {
        int sent = 0;
        while (window.isOpen()) {
            window.sent(1);
            sent++;
        }
        return sent;
    }

    @Test
    void isOpen_noRoundYet_holdsAFewEntries() {
        assertThat(sendAll(new SendWindow(32, 0))).isEqualTo(SendWindow.MIN_ENTRIES);
    }

    @Test
    void isOpen_membersFarApart_holdsAnEntryForEachBitOfTheRound() {
        SendWindow far = new SendWindow(32, 0);
        far.round(20 * SendWindow.NANOS_PER_ENTRY);
        assertThat(sendAll(far)).isEqualTo(20);
    }

    @Test
    void isOpen_roundsGrowLongUnderLoad_holdsNoMoreThanTheShortestAllows() {
        SendWindow loaded = new SendWindow(32, 0);
        loaded.round(SendWindow.NANOS_PER_ENTRY);
        loaded.round(50 * SendWindow.NANOS_PER_ENTRY);
        assertThat(sendAll(loaded)).isEqualTo(SendWindow.MIN_ENTRIES);
    }

    @Test
    void isOpen_largerEntryThanTheWindow_goesOutAlone() {
        assertThat(window.isOpen()).isTrue();
        window.sent(SendWindow.MAX_BYTES);
        assertThat(window.isOpen()).isFalse();
        window.done(SendWindow.MAX_BYTES, 1);
        assertThat(window.isOpen()).isTrue();
    }

    private static long inARound(long bytesPerSecond) {
        return bytesPerSecond * SendWindow.ROUND_NANOS / 1_000_000_000;
    }

    @Test
    void isOpen_slowLog_holdsWhatComesBackInARound() {
        long rate = 4 << 20;
        assertThat(full(rate, 30)).isBetween(inARound(rate) - 2 * ENTRY, inARound(rate) + ENTRY);
    }

    @Test
    void isOpen_verySlowLog_holdsTheLeast() {
        assertThat(full(256 << 10, 100)).isBetween((long) SendWindow.MIN_BYTES - ENTRY, (long) SendWindow.MIN_BYTES);
    }

    @Test
    void isOpen_quickLogAgain_growsToTheMost() {
        emptyAgain(full(256 << 10, 100));
        assertThat(full(100 << 20, 30)).isBetween((long) SendWindow.MAX_BYTES - ENTRY, (long) SendWindow.MAX_BYTES);
    }

    @Test
    void isOpen_oneSlowMoment_changesNothing() {
        long rate = 16 << 20;
        emptyAgain(full(rate, 30));
        emptyAgain(full(256 << 10, 2));
        assertThat(full(rate, 1)).isGreaterThan(inARound(rate) - 2 * ENTRY);
    }

    @Test
    void entryBytes_smallWindow_leavesRoomForSeveral() {
        long rate = 4 << 20;
        full(rate, 30);
        assertThat((long) window.entryBytes()).isLessThanOrEqualTo(inARound(rate) / 4);
    }

    /** At once, so that the rate at which it comes back is not that of a sample. */
    private void emptyAgain(long out) {
        for (long rest = out; rest > 0; rest -= ENTRY) {
            window.done(ENTRY, nowNanos);
        }
    }
}
