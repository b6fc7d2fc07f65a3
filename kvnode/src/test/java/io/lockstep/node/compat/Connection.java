package io.lockstep.node.compat;

import com.google.protobuf.Message;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.lockstep.api.CompactionRequest;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.HashKVRequest;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.StatusRequest;
import io.lockstep.api.StatusResponse;
import io.lockstep.api.TxnRequest;
import java.util.concurrent.TimeUnit;

/** One connection with plain stubs: nothing of a client library stands between the request and the answer. */
final class Connection implements Target, AutoCloseable {
    private static final long DEADLINE_SECONDS = 20;

    private final ManagedChannel channel;
    private final KVGrpc.KVBlockingStub kv;
    private final MaintenanceGrpc.MaintenanceBlockingStub maintenance;

    Connection(String host, int port) {
        channel = NettyChannelBuilder.forAddress(host, port)
                .usePlaintext()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
        kv = KVGrpc.newBlockingStub(channel);
        maintenance = MaintenanceGrpc.newBlockingStub(channel);
    }

    @Override
    public Answer call(Message request) {
        try {
            return new Answer.Given(send(request));
        } catch (StatusRuntimeException e) {
            String text = e.getStatus().getDescription();
            return new Answer.Refused(e.getStatus().getCode(), text == null ? "" : text);
        }
    }

    private Message send(Message request) {
        KVGrpc.KVBlockingStub bounded = kv.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
        if (request instanceof RangeRequest range) {
            return bounded.range(range);
        } else if (request instanceof PutRequest put) {
            return bounded.put(put);
        } else if (request instanceof DeleteRangeRequest delete) {
            return bounded.deleteRange(delete);
        } else if (request instanceof TxnRequest txn) {
            return bounded.txn(txn);
        } else if (request instanceof CompactionRequest compaction) {
            return bounded.compact(compaction);
        } else if (request instanceof HashKVRequest hash) {
            return maintenance
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .hashKV(hash);
        }
        throw new IllegalArgumentException(
                "no call takes a " + request.getDescriptorForType().getFullName());
    }

    /** Asks for the status, giving up after a second: for waiting until a server is there. */
    StatusResponse status(StatusRequest request) {
        try {
            return maintenance.withDeadlineAfter(1, TimeUnit.SECONDS).status(request);
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.UNAVAILABLE) {
                // Otherwise the back-off of failed connects would outlast the start of the server.
                channel.resetConnectBackoff();
            }
            throw e;
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            channel.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
