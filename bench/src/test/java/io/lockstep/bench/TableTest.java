package io.lockstep.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void columns_ofDifferentWidths_areAligned() {
        Table table = new Table("load", "calls/s").row("put", "9").row("stale-get", "12345");
        assertThat(table.toString()).isEqualTo("""
                        load       calls/s
                        put              9
                        stale-get    12345
                        """);
    }
}
