package io.lockstep.node.compat;

import com.google.protobuf.Message;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.CompactionRequest;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.HashKVRequest;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.LeaseGrpc;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.StatusRequest;
import io.lockstep.api.StatusResponse;
import io.lockstep.api.TxnRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** One connection with plain stubs: nothing of a client library stands between the request and the answer. */
final class Connection implements Target, AutoCloseable {
    private static final long DEADLINE_SECONDS = 20;

    private final ManagedChannel channel;
    private final KVGrpc.KVStub kv;
    private final MaintenanceGrpc.MaintenanceStub hashes;
    private final MaintenanceGrpc.MaintenanceBlockingStub maintenance;

    Connection(String host, int port) {
        channel = NettyChannelBuilder.forAddress(host, port)
                .usePlaintext()
                // Answers are only handed on, which needs no thread of its own.
                .directExecutor()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
        kv = KVGrpc.newStub(channel);
        hashes = MaintenanceGrpc.newStub(channel);
        maintenance = MaintenanceGrpc.newBlockingStub(channel);
    }

    @Override
    public CompletableFuture<Answer> ask(Message request) {
        KVGrpc.KVStub bounded = kv.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
        if (request instanceof RangeRequest range) {
            return answer(range, bounded::range);
        } else if (request instanceof PutRequest put) {
            return answer(put, bounded::put);
        } else if (request instanceof DeleteRangeRequest delete) {
            return answer(delete, bounded::deleteRange);
        } else if (request instanceof TxnRequest txn) {
            return answer(txn, bounded::txn);
        } else if (request instanceof CompactionRequest compaction) {
            return answer(compaction, bounded::compact);
        } else if (request instanceof HashKVRequest hash) {
            return answer(hash, hashes.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)::hashKV);
        }
        if (LeaseCalls.takes(request)) {
            return LeaseCalls.ask(
                    LeaseGrpc.newStub(channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS), request);
        }
        return UpkeepCalls.ask(channel, request, DEADLINE_SECONDS)
                .orElseThrow(() -> new IllegalArgumentException(
                        "no call takes a " + request.getDescriptorForType().getFullName()));
    }

    static <Q, M extends Message> CompletableFuture<Answer> answer(Q request, BiConsumer<Q, StreamObserver<M>> call) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        call.accept(request, new StreamObserver<>() {
            @Override
            public void onNext(M message) {
                answer.complete(new Answer.Given(message));
            }

            @Override
            public void onError(Throwable error) {
                Status status = Status.fromThrowable(error);
                String text = status.getDescription();
                answer.complete(new Answer.Refused(status.getCode(), text == null ? "" : text));
            }

            @Override
            public void onCompleted() {
                // The one message of these calls came before.
            }
        });
        return answer;
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
