package io.lockstep.node.rpc;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.lockstep.api.PutRequest;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The rest of it is tested over the wire; grpc-java's client sends no metadata that is not ASCII. */
class AdmissionTest {
    private final FakeNode node = new FakeNode();
    private final RpcCall call = RpcCall.begin(Long.MAX_VALUE, 1_000_000_000);
    private final Admission admission = new Admission(node, FakeNode.CLUSTER_ID);

    @Test
    void clientApiVersion_notText_isRefusedBeforeTheLeaderIsAskedFor() {
        node.leader = 0;
        Metadata metadata = received("client-api-version", new byte[] {'3', (byte) 0xff}, "hasleader", bytes("true"));

        assertThatThrownBy(() -> admission.check(PutRequest.getDefaultInstance(), metadata, call))
                .hasMessage("etcdserver: invalid client api version");
    }

    @Test
    void learner_isRefusedBeforeMetadataIsLookedAt() {
        node.learner = true;
        Metadata metadata = received("client-api-version", new byte[] {(byte) 0xff});

        assertThatThrownBy(() -> admission.check(PutRequest.getDefaultInstance(), metadata, call))
                .hasMessage("etcdserver: rpc not supported for learner");
    }

    @Test
    void clientApiVersion_text_isTaken() {
        Metadata metadata = received("client-api-version", bytes("3.5.30"));

        assertThatCode(() -> admission.check(PutRequest.getDefaultInstance(), metadata, call))
                .doesNotThrowAnyException();
    }

    /** As it comes off the wire: names and values in turn. */
    private static Metadata received(Object... namesAndValues) {
        byte[][] raw = new byte[namesAndValues.length][];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = namesAndValues[i] instanceof byte[] value ? value : bytes((String) namesAndValues[i]);
        }
        return InternalMetadata.newMetadata(raw);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
