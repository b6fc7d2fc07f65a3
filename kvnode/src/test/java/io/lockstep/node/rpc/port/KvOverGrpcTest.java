package io.lockstep.node.rpc.port;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.DeleteRangeResponse;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.ResponseHeader;
import io.lockstep.node.rpc.FakeNode;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads and writes by a generated client against the whole port. */
class KvOverGrpcTest {
    private TestPort port;
    private KVGrpc.KVBlockingStub kv;

    @BeforeEach
    void start() throws Exception {
        port = new TestPort();
        kv = KVGrpc.newBlockingStub(port.channel()).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() {
        port.close();
    }

    @Test
    void put_newKey_answersWithItsRevisionAndTheNodesIds() {
        PutResponse response = kv.put(put("a", "1"));

        assertThat(response.getHeader())
                .isEqualTo(ResponseHeader.newBuilder()
                        .setClusterId(FakeNode.CLUSTER_ID)
                        .setMemberId(FakeNode.MEMBER_ID)
                        .setRevision(2)
                        .setRaftTerm(3)
                        .build());
        assertThat(response.hasPrevKv()).isFalse();
    }

    @Test
    void range_limited_answersEveryFieldAsStored() {
        kv.put(put("a", "1"));
        kv.put(put("b", "2"));
        kv.put(put("a", "3"));

        RangeResponse response = kv.range(RangeRequest.newBuilder()
                .setKey(utf8("a"))
                .setRangeEnd(utf8("z"))
                .setLimit(1)
                .build());

        assertThat(response.getHeader().getRevision()).isEqualTo(4);
        assertThat(response.getCount()).isEqualTo(2);
        assertThat(response.getMore()).isTrue();
        assertThat(response.getKvsList()).hasSize(1);
        assertThat(response.getKvs(0).getValue()).isEqualTo(utf8("3"));
        assertThat(response.getKvs(0).getCreateRevision()).isEqualTo(2);
        assertThat(response.getKvs(0).getVersion()).isEqualTo(2);
    }

    @Test
    void range_default_awaitsTheGateAndSerializableDoesNot() {
        kv.range(RangeRequest.newBuilder().setKey(utf8("a")).build());
        assertThat(port.node.gates).hasValue(1);

        kv.range(RangeRequest.newBuilder()
                .setKey(utf8("a"))
                .setSerializable(true)
                .build());
        assertThat(port.node.gates).hasValue(1);
    }

    @Test
    void deleteRange_prevKv_answersWhatWasThere() {
        kv.put(put("a", "1"));
        DeleteRangeResponse response = kv.deleteRange(DeleteRangeRequest.newBuilder()
                .setKey(utf8("a"))
                .setPrevKv(true)
                .build());

        assertThat(response.getDeleted()).isEqualTo(1);
        assertThat(response.getPrevKvs(0).getValue()).isEqualTo(utf8("1"));
        assertThat(response.getHeader().getRevision()).isEqualTo(3);
    }

    private static PutRequest put(String key, String value) {
        return PutRequest.newBuilder().setKey(utf8(key)).setValue(utf8(value)).build();
    }

    private static ByteString utf8(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
