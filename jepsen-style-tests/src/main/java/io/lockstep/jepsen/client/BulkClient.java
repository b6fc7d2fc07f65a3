package io.lockstep.jepsen.client;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.mvcc.KeyValue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Writes and reads back many keys of one node: key number i is "k" and i in ten digits, and its value follows from i.
 * Each put is sent once.
 */
public final class BulkClient implements AutoCloseable {
    private static final int PAGE_KEYS = 2_000;
    private static final int MAX_ANSWER_BYTES = 256 << 20;
    private static final long PUT_DEADLINE_SECONDS = 10;
    private static final long PAGE_DEADLINE_SECONDS = 30;

    private final ManagedChannel channel;
    private final int valueBytes;

    public BulkClient(String host, int port, int valueBytes) {
        this.channel = NettyChannelBuilder.forAddress(host, port)
                .usePlaintext()
                .disableRetry()
                .maxInboundMessageSize(MAX_ANSWER_BYTES)
                .build();
        this.valueBytes = valueBytes;
    }

    private static ByteString key(int number) {
        return ByteString.copyFromUtf8(String.format("k%010d", number));
    }

    private ByteString value(int number) {
        byte[] value = new byte[valueBytes];
        long state = number * 0x9E3779B97F4A7C15L + 1;
        for (int i = 0; i < valueBytes; i++) {
            state = state * 6364136223846793005L + 1442695040888963407L;
            value[i] = (byte) (state >>> 56);
        }
        return ByteString.copyFrom(value);
    }

    /** Sends one put; one of the two is called when it ends. What is not acknowledged may have happened all the same. */
    public void put(int number, IntConsumer acknowledged, IntConsumer unknown) {
        PutRequest request = PutRequest.newBuilder()
                .setKey(key(number))
                .setValue(value(number))
                .build();
        KVGrpc.newStub(channel)
                .withDeadlineAfter(PUT_DEADLINE_SECONDS, TimeUnit.SECONDS)
                .put(request, new StreamObserver<>() {
                    @Override
                    public void onNext(PutResponse answer) {
                        acknowledged.accept(number);
                    }

                    @Override
                    public void onError(Throwable why) {
                        unknown.accept(number);
                    }

                    @Override
                    public void onCompleted() {}
                });
    }

    /** A read that no acknowledged write can be missing from: later stale reads of this node see them all too. */
    public boolean isCaughtUp() {
        try {
            var unused = KVGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(PAGE_DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .range(RangeRequest.newBuilder().setKey(key(0)).build());
            return true;
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.UNAVAILABLE) {
                return false;
            }
            throw e;
        }
    }

    /** Reads the keys that this node has, by itself, and hands on the number of each that is as it was written. */
    public void readBack(int keys, IntConsumer whole, Consumer<String> wrong) {
        // Not one range with a limit: its count would be taken anew for every page.
        for (int from = 0; from < keys; from += PAGE_KEYS) {
            RangeResponse page = KVGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(PAGE_DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .range(RangeRequest.newBuilder()
                            .setKey(key(from))
                            .setRangeEnd(key(from + PAGE_KEYS))
                            .setSerializable(true)
                            .build());
            for (KeyValue kv : page.getKvsList()) {
                int number = Integer.parseInt(kv.getKey().substring(1).toStringUtf8());
                if (kv.getValue().equals(value(number))) {
                    whole.accept(number);
                } else {
                    wrong.accept(kv.getKey().toStringUtf8());
                }
            }
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
