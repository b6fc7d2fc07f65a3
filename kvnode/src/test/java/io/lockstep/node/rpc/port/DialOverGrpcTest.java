package io.lockstep.node.rpc.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.lockstep.api.Ack;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.ReadPath;
import io.lockstep.api.RequestOp;
import io.lockstep.api.ResponseHeader;
import io.lockstep.api.TxnRequest;
import io.lockstep.node.error.KvError;
import io.lockstep.node.rpc.Staleness;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where a read takes place, by the request's fields and by metadata, and what the answer says of it. */
class DialOverGrpcTest {
    private static final Metadata.Key<String> SERVED = key("lockstep-served");
    private static final Metadata.Key<String> STALENESS = key("lockstep-staleness-millis");

    private final AtomicReference<Metadata> trailers = new AtomicReference<>();
    private TestPort port;
    private KVGrpc.KVBlockingStub kv;

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    @BeforeEach
    void start() throws Exception {
        port = new TestPort();
        kv = KVGrpc.newBlockingStub(port.channel())
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .withInterceptors(MetadataUtils.newCaptureMetadataInterceptor(new AtomicReference<>(), trailers));
    }

    @AfterEach
    void stop() {
        port.close();
    }

    private KVGrpc.KVBlockingStub with(String name, String value) {
        Metadata metadata = new Metadata();
        metadata.put(key(name), value);
        return kv.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    private static RangeRequest.Builder range() {
        return RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("a"));
    }

    @Test
    void range_default_isLinearizableAndNotStale() {
        ResponseHeader header = kv.range(range().build()).getHeader();
        assertThat(header.getServed()).isEqualTo(ReadPath.READ_PATH_LINEARIZABLE);
        assertThat(header.hasStalenessMillis()).isTrue();
        assertThat(header.getStalenessMillis()).isZero();
        assertThat(trailers.get().get(SERVED)).as("only for those who asked").isNull();
    }

    @Test
    void range_serializable_tellsTheProvenStalenessInHeaderAndTrailers() {
        ResponseHeader header = kv.range(range().setSerializable(true).build()).getHeader();
        assertThat(header.getServed()).isEqualTo(ReadPath.READ_PATH_STALE);
        assertThat(header.getStalenessMillis()).isEqualTo(7);
        assertThat(trailers.get().get(SERVED)).isEqualTo("stale");
        assertThat(trailers.get().get(STALENESS)).isEqualTo("7");
    }

    @Test
    void range_serializableAndNothingProven_saysNothingOfStaleness() {
        port.node.ageMillis = Staleness.UNPROVEN;
        ResponseHeader header = kv.range(range().setSerializable(true).build()).getHeader();
        assertThat(header.hasStalenessMillis()).isFalse();
        assertThat(trailers.get().get(STALENESS)).isNull();
    }

    @Test
    void range_boundThatHolds_isAnsweredHereWithoutTheGate() {
        ResponseHeader header =
                kv.range(range().setMaxStalenessMillis(7).build()).getHeader();
        assertThat(header.getServed()).isEqualTo(ReadPath.READ_PATH_BOUNDED);
        assertThat(port.node.gates).hasValue(0);
    }

    @Test
    void range_boundThatIsExceeded_isReadLinearizably() {
        ResponseHeader header =
                kv.range(range().setMaxStalenessMillis(6).build()).getHeader();
        assertThat(header.getServed()).isEqualTo(ReadPath.READ_PATH_LINEARIZABLE);
        assertThat(port.node.gates).hasValue(1);
    }

    @Test
    void range_boundThatIsExceededWithoutALeader_isRefusedWithTheLag() {
        port.node.gateFailure = KvError.NO_LEADER;
        assertThatThrownBy(() -> kv.range(range().setMaxStalenessMillis(6).build()))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessage("UNAVAILABLE: lockstep: this member lags more than was asked for: 7 ms are proven,"
                        + " 6 ms were asked for (etcdserver: no leader)");
    }

    @Test
    void range_serializableWithABound_bothHold() {
        assertThat(kv.range(range().setSerializable(true)
                                .setMaxStalenessMillis(7)
                                .build())
                        .getHeader()
                        .getServed())
                .isEqualTo(ReadPath.READ_PATH_BOUNDED);
        assertThatThrownBy(() -> kv.range(
                        range().setSerializable(true).setMaxStalenessMillis(6).build()))
                .hasMessageContaining("7 ms are proven, 6 ms were asked for");
        assertThat(port.node.gates).as("it may ask no other").hasValue(0);
    }

    @Test
    void range_minRevision_isAnsweredHereOrRefused() {
        assertThat(kv.range(range().setMinRevision(1).build()).getHeader().getServed())
                .isEqualTo(ReadPath.READ_PATH_MIN_REVISION);
        assertThatThrownBy(() -> kv.range(range().setMinRevision(99).build()))
                .hasMessage("OUT_OF_RANGE: etcdserver: mvcc: required revision is a future revision");
        assertThatThrownBy(() -> kv.range(range().setMinRevision(-1).build()))
                .hasMessageContaining("min_revision must be 0 or more");
    }

    @Test
    void metadata_boundAndRevision_turnTheDialOfAnUnmodifiedClient() {
        assertThat(with("lockstep-max-staleness", "7ms")
                        .range(range().build())
                        .getHeader()
                        .getServed())
                .isEqualTo(ReadPath.READ_PATH_BOUNDED);
        assertThat(trailers.get().get(SERVED)).isEqualTo("bounded");
        assertThat(trailers.get().get(STALENESS)).isEqualTo("7");
        with("lockstep-max-staleness", "6ms").range(range().build());
        assertThat(trailers.get().get(SERVED)).isEqualTo("linearizable");
        assertThat(trailers.get().get(STALENESS)).isEqualTo("0");
        assertThatThrownBy(() -> with("lockstep-min-revision", "99").range(range().build()))
                .hasMessageContaining("future revision");
    }

    @Test
    void metadata_andBody_theBodyWins() {
        assertThat(with("lockstep-max-staleness", "1ms")
                        .range(range().setMaxStalenessMillis(7).build())
                        .getHeader()
                        .getServed())
                .isEqualTo(ReadPath.READ_PATH_BOUNDED);
    }

    @Test
    void metadata_thatDoesNotParse_isInvalidArgumentForWritesToo() {
        assertThatThrownBy(() -> with("lockstep-max-staleness", "soon").range(range().build()))
                .hasMessage("INVALID_ARGUMENT: lockstep: the dial can't be read: lockstep-max-staleness \"soon\""
                        + " is not a duration such as 500ms or 2s");
        assertThatThrownBy(() -> with("lockstep-ack", "maybe")
                        .put(PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("a"))
                                .build()))
                .hasMessageContaining("lockstep-ack \"maybe\" is neither");
        assertThat(port.node.proposed).isEmpty();
    }

    private static PutRequest.Builder put() {
        return PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("a"));
    }

    @Test
    void put_all_namesTheMembersThatHaveNotReported() {
        assertThat(kv.put(put().setAck(Ack.ACK_ALL).build()).getHeader().getAckMissingList())
                .isEmpty();
        port.node.missing = List.of(5L, 9L);
        ResponseHeader header = kv.put(put().setAck(Ack.ACK_ALL).build()).getHeader();
        assertThat(header.getAckMissingList()).containsExactly(5L, 9L);
        assertThat(header.getRevision()).isEqualTo(3);
        assertThat(with("lockstep-ack", "all").put(put().build()).getHeader().getAckMissingList())
                .containsExactly(5L, 9L);
    }

    @Test
    void put_accepted_saysThatItsRevisionIsNotKnown() {
        ResponseHeader header = kv.put(put().setAck(Ack.ACK_ACCEPTED).build()).getHeader();
        assertThat(header.hasRevisionKnown()).isTrue();
        assertThat(header.getRevisionKnown()).isFalse();
        assertThat(kv.put(put().build()).getHeader().hasRevisionKnown()).isFalse();
        assertThatThrownBy(() ->
                        kv.put(put().setAck(Ack.ACK_ACCEPTED).setPrevKv(true).build()))
                .hasMessageContaining("without prev_kv");
    }

    @Test
    void txn_boundOnRangeInside_isRefused() {
        TxnRequest txn = TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder().setRequestRange(range().setMaxStalenessMillis(5)))
                .build();
        assertThatThrownBy(() -> kv.txn(txn)).hasMessageContaining("go on the transaction");
    }

    @Test
    void txn_readOnlyWithABound_takesTheReadPath() {
        TxnRequest txn = TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder().setRequestRange(range()))
                .setMaxStalenessMillis(7)
                .build();
        assertThat(kv.txn(txn).getHeader().getServed()).isEqualTo(ReadPath.READ_PATH_BOUNDED);
        assertThat(port.node.gates).hasValue(0);
    }
}
