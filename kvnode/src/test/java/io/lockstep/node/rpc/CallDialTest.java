package io.lockstep.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Metadata;
import io.lockstep.api.Ack;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallDialTest {
    private static final long CLUSTER = 0xCAFEL;

    private static CallDial dial(String name, String value) {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
        return CallDial.of(metadata, CLUSTER);
    }

    @ParameterizedTest
    @CsvSource({"500ms, 500", "2s, 2000", "1m, 60000", "250, 250", "0, 0"})
    void maxStaleness_durations_areMillis(String text, long millis) {
        assertThat(dial("lockstep-max-staleness", text).maxStalenessMillis()).isEqualTo(OptionalLong.of(millis));
    }

    @ParameterizedTest
    @CsvSource({"42, 42", "cafe:42, 42", "CAFE:7, 7"})
    void minRevision_ofThisCluster_isTaken(String text, long revision) {
        assertThat(dial("lockstep-min-revision", text).minRevision()).isEqualTo(revision);
    }

    @Test
    void minRevision_ofAnotherCluster_isRefusedAndNamesBoth() {
        assertThatThrownBy(() -> dial("lockstep-min-revision", "beef:42"))
                .isInstanceOfSatisfying(
                        KvException.Rejected.class, e -> assertThat(e.error()).isEqualTo(KvError.OTHER_CLUSTER))
                .hasMessageContaining("beef")
                .hasMessageContaining("cafe");
    }

    @ParameterizedTest
    @CsvSource({
        "lockstep-max-staleness, soon",
        "lockstep-max-staleness, -1",
        "lockstep-max-staleness, 1.5s",
        "lockstep-min-revision, new",
        "lockstep-min-revision, -3",
        "lockstep-min-revision, 99999999999999999999",
        "lockstep-ack, everyone",
    })
    void any_thatDoesNotParse_isRefusedWithNameAndValue(String name, String value) {
        assertThatThrownBy(() -> dial(name, value))
                .isInstanceOfSatisfying(
                        KvException.Rejected.class, e -> assertThat(e.error()).isEqualTo(KvError.DIAL_UNREADABLE))
                .hasMessageContaining(name)
                .hasMessageContaining(value);
    }

    @Test
    void ack_names_areTaken() {
        assertThat(dial("lockstep-ack", "accepted").ack()).isEqualTo(Ack.ACK_ACCEPTED);
        assertThat(dial("lockstep-ack", "quorum").ack()).isEqualTo(Ack.ACK_QUORUM);
        assertThat(dial("lockstep-ack", "all").ack()).isEqualTo(Ack.ACK_ALL);
    }

    @Test
    void none_given_isNone() {
        assertThat(CallDial.of(new Metadata(), CLUSTER)).isSameAs(CallDial.NONE);
    }
}
