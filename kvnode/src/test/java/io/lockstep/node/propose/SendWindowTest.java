package io.lockstep.node.propose;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SendWindowTest {
    private final SendWindow window = new SendWindow(32);

    @Test
    void isOpen_entriesOut_closesAtItsEntries() {
        for (int i = 0; i < 32; i++) {
            assertThat(window.isOpen()).isTrue();
            window.sent(1);
        }
        assertThat(window.isOpen()).isFalse();
        window.done(1);
        assertThat(window.isOpen()).isTrue();
    }

    @Test
    void isOpen_largeEntriesOut_closesAtItsBytes() {
        window.sent(SendWindow.MAX_BYTES - 1);
        assertThat(window.isOpen()).isTrue();
        window.sent(SendWindow.MAX_BYTES);
        assertThat(window.isOpen()).isFalse();
        window.done(SendWindow.MAX_BYTES);
        assertThat(window.isOpen()).isTrue();
    }
}
