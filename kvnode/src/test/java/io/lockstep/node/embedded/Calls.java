package io.lockstep.node.embedded;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import java.util.concurrent.TimeUnit;

/** Puts and gets with a deadline. */
final class Calls {
    private Calls() {}

    static KVGrpc.KVBlockingStub kv(Channel channel) {
        return KVGrpc.newBlockingStub(channel).withDeadlineAfter(5, TimeUnit.SECONDS);
    }

    static long put(Channel channel, String key, String value) {
        return kv(channel)
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8(value))
                        .build())
                .getHeader()
                .getRevision();
    }

    static RangeRequest.Builder range(String key) {
        return RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key));
    }

    static String get(Channel channel, String key) {
        return value(kv(channel).range(range(key).build()));
    }

    static String staleGet(Channel channel, String key) {
        return value(kv(channel).range(range(key).setSerializable(true).build()));
    }

    static String value(RangeResponse answer) {
        return answer.getKvsCount() == 0 ? "" : answer.getKvs(0).getValue().toStringUtf8();
    }
}
