package io.lockstep.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Drainable;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.ResponseHeader;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.node.mvcc.RangeResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class RangeAnswerMarshallerTest {
    private final RangeAnswerMarshaller marshaller = new RangeAnswerMarshaller();

    @Property(tries = 200)
    void answer_drainedOrRead_isTheSameMessage(
            @ForAll List<byte[]> values, @ForAll long revision, @ForAll long count, @ForAll boolean more)
            throws IOException {
        List<KeyValue> kvs = values.stream()
                .map(value -> KeyValue.newBuilder()
                        .setKey(ByteString.copyFrom(value))
                        .setValue(ByteString.copyFrom(value))
                        .setModRevision(revision)
                        .build())
                .toList();
        ResponseHeader header = ResponseHeader.newBuilder()
                .setRevision(revision)
                .setMemberId(-1)
                .build();
        RangeAnswer answer = RangeAnswer.of(
                header,
                new RangeResult(
                        revision, kvs.stream().map(KeyValue::toByteString).toList(), count, more));

        InputStream drained = marshaller.stream(answer);
        int announced = drained.available();
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        int written = ((Drainable) drained).drainTo(target);
        byte[] read = marshaller.stream(answer).readAllBytes();

        assertThat(RangeResponse.parseFrom(target.toByteArray()))
                .isEqualTo(RangeResponse.newBuilder()
                        .setHeader(header)
                        .addAllKvs(kvs)
                        .setCount(count)
                        .setMore(more)
                        .build());
        assertThat(read).isEqualTo(target.toByteArray());
        assertThat(announced).isEqualTo(written).isEqualTo(target.size());
        assertThat(drained.available()).isZero();
    }
}
