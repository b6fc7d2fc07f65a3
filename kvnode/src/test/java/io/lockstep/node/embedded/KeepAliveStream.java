package io.lockstep.node.embedded;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.LeaseGrpc;
import io.lockstep.api.LeaseKeepAliveRequest;
import io.lockstep.api.LeaseKeepAliveResponse;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One stream of keep-alives, with plain stubs. */
final class KeepAliveStream implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 20;

    private final BlockingQueue<LeaseKeepAliveResponse> answers = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private final StreamObserver<LeaseKeepAliveRequest> requests;

    private KeepAliveStream(Channel channel) {
        requests = LeaseGrpc.newStub(channel).leaseKeepAlive(new StreamObserver<>() {
            @Override
            public void onNext(LeaseKeepAliveResponse answer) {
                answers.add(answer);
            }

            @Override
            public void onError(Throwable failure) {
                end.complete(Status.fromThrowable(failure));
            }

            @Override
            public void onCompleted() {
                end.complete(Status.OK);
            }
        });
    }

    static KeepAliveStream open(Channel channel) {
        return new KeepAliveStream(channel);
    }

    void send(long lease) {
        requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
    }

    LeaseKeepAliveResponse next() {
        try {
            LeaseKeepAliveResponse answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (answer == null) {
                throw new AssertionError("no answer; the stream's end: " + end.getNow(Status.OK));
            }
            return answer;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    LeaseKeepAliveResponse once(long lease) {
        send(lease);
        return next();
    }

    /** How the stream ends. */
    Status failure() {
        return end.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        requests.onCompleted();
    }
}
