package io.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.ReadPath;
import io.lockstep.api.ResponseHeader;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ValuesTest {
    @Test
    void consistency_values_writeThemselvesIntoTheRequest() {
        RangeRequest.Builder request = RangeRequest.newBuilder();
        Consistency.atMost(Duration.ofMillis(1500)).applyTo(request);
        assertThat(request.getMaxStalenessMillis()).isEqualTo(1_500);
        assertThat(request.getSerializable()).isFalse();
        Consistency.atLeast(7).applyTo(request);
        assertThat(request.getMinRevision()).isEqualTo(7);
        assertThatThrownBy(() -> Consistency.atMost(Duration.ofMillis(-1))).hasMessageContaining("0 or more");
        assertThatThrownBy(() -> Consistency.atLeast(0)).hasMessageContaining("1 or more");
    }

    private static ByteString bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return ByteString.copyFrom(bytes);
    }

    @Test
    void prefix_endingIn0xff_endsAfterTheLastByteThatCanRise() {
        assertThat(KeyRange.prefix(bytes('a', 0xff, 0xff)).end()).isEqualTo(bytes('b'));
        assertThat(KeyRange.prefix(bytes(0x7f)).end()).isEqualTo(bytes(0x80));
        assertThat(KeyRange.prefix(bytes(0xff)).end()).isEqualTo(bytes(0));
        assertThat(KeyRange.prefix(ByteString.EMPTY)).isEqualTo(new KeyRange(bytes(0), bytes(0)));
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:2379, localhost, 2379, false",
        "http://10.0.0.1:1, 10.0.0.1, 1, false",
        "https://db.example/, db.example, 2379, true",
        "[::1]:5000, ::1, 5000, false",
        "::1, ::1, 2379, false",
    })
    void endpoint_validText_isParsed(String text, String host, int port, boolean tls) {
        assertThat(Endpoint.parse(text)).isEqualTo(new Endpoint(host, port, tls));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a:b", "a:0", "a:65536", "ftp://a:1", ":1", "a b:1", "http://a:1/x"})
    void endpoint_invalidText_isRefusedWithTheTextAndWhatIsAllowed(String text) {
        assertThatThrownBy(() -> Endpoint.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + text + "\"")
                .hasMessageContaining("host:port");
    }

    @Test
    void builder_wrongSettings_areRefused() {
        assertThatThrownBy(() -> KvClient.builder().build()).hasMessageContaining("at least one endpoint");
        assertThatThrownBy(() -> KvClient.builder().timeout(Duration.ZERO)).hasMessageContaining("PT0S");
        assertThatThrownBy(() -> KvClient.builder().keepAlive(Duration.ofSeconds(1)))
                .hasMessageContaining("PT1S");
        assertThatThrownBy(() ->
                        new ClientTls(Optional.empty(), Optional.of(java.nio.file.Path.of("c")), Optional.empty()))
                .hasMessageContaining("needs its key");
        assertThatThrownBy(() -> KvClient.builder()
                        .endpoints("https://a:1")
                        .tls(new ClientTls(
                                Optional.of(java.nio.file.Path.of("/no/such.pem")), Optional.empty(), Optional.empty()))
                        .build())
                .hasMessageContaining("/no/such.pem");
    }

    @Test
    void served_ofAnAnswer_tellsWhatTheMemberProved() {
        ResponseHeader header = ResponseHeader.newBuilder()
                .setMemberId(0xcafe)
                .setRevision(42)
                .setServed(ReadPath.READ_PATH_BOUNDED)
                .setStalenessMillis(87)
                .build();

        Served served = Served.of(RangeResponse.newBuilder().setHeader(header).build());

        assertThat(served)
                .isEqualTo(new Served(Served.Path.BOUNDED, Optional.of(Duration.ofMillis(87)), 0xcafe, 42))
                .hasToString("at most 87 ms stale (bounded, member cafe, revision 42)");
    }

    @Test
    void served_nothingIsProven_saysSo() {
        Served served = Served.of(ResponseHeader.newBuilder().setRevision(7).build());

        assertThat(served.staleness()).isEmpty();
        assertThat(served).hasToString("of unknown staleness (unknown, member 0, revision 7)");
    }

    @Test
    void acked_ofAnAnswer_tellsRevisionAndWhoIsMissing() {
        ResponseHeader all = ResponseHeader.newBuilder()
                .setRevision(42)
                .addAckMissing(0xcafe)
                .build();
        ResponseHeader accepted = ResponseHeader.newBuilder()
                .setRevision(41)
                .setRevisionKnown(false)
                .build();

        assertThat(Acked.of(all))
                .isEqualTo(new Acked(OptionalLong.of(42), List.of(0xcafeL)))
                .hasToString("committed as revision 42, not reported by cafe");
        assertThat(Acked.of(accepted).revision()).isEmpty();
        assertThat(Acked.of(accepted)).hasToString("accepted, and may be lost");
    }
}
