package io.lockstep.node.raft.transport;

import com.alipay.sofa.jraft.error.RemotingException;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.raft.PeerMessenger;
import io.lockstep.proto.peer.Call;
import io.lockstep.proto.peer.CallReply;
import io.lockstep.proto.peer.CallReply.Outcome;
import io.lockstep.proto.peer.Lane;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls between applications: definite when nothing was sent, unknown when the answer got lost. */
public final class CallRouter implements PeerMessenger {
    private static final Logger LOG = LoggerFactory.getLogger(CallRouter.class);

    private final PeerTransport transport;
    private final Executor workers;
    private final Map<String, Handler> handlers = new ConcurrentHashMap<>();

    CallRouter(PeerTransport transport, Executor workers) {
        this.transport = transport;
        this.workers = workers;
    }

    @Override
    public void handle(String kind, Handler handler) {
        if (handlers.putIfAbsent(kind, handler) != null) {
            throw new IllegalStateException("calls of kind " + kind + " already have a handler");
        }
    }

    @Override
    public CompletableFuture<ByteString> call(long memberId, String kind, ByteString payload, Duration timeout) {
        CompletableFuture<ByteString> result = new CompletableFuture<>();
        Call call = Call.newBuilder().setKind(kind).setPayload(payload).build();
        Pending answer = new Pending(timeout.toMillis(), workers, (reply, error) -> finish(result, reply, error));
        try {
            transport.send(memberId, Lane.CALLS, call, answer);
        } catch (RemotingException e) {
            result.completeExceptionally(new KvException.Failed(KvError.TIMEOUT_CONNECTION_LOST));
        }
        return result;
    }

    private static void finish(
            CompletableFuture<ByteString> result, @Nullable Message answer, @Nullable Throwable error) {
        if (answer instanceof CallReply reply) {
            if (reply.getOutcome() == Outcome.DONE) {
                result.complete(reply.getPayload());
            } else {
                result.completeExceptionally(exceptionOf(reply));
            }
        } else {
            boolean timedOut = error instanceof com.alipay.sofa.jraft.error.InvokeTimeoutException;
            result.completeExceptionally(
                    new KvException.Unknown(timedOut ? KvError.TIMEOUT : KvError.TIMEOUT_CONNECTION_LOST));
        }
    }

    void serve(InboundStream stream, long id, Call call) {
        Handler handler = handlers.get(call.getKind());
        if (handler == null) {
            stream.answer(id, failure(new KvException.Failed(KvError.STOPPED)));
            return;
        }
        CompletableFuture<ByteString> answer;
        try {
            answer = handler.handle(stream.from().memberId(), call.getPayload());
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        answer.whenCompleteAsync((payload, error) -> stream.answer(id, reply(payload, error)), workers)
                .exceptionally(error -> {
                    LOG.error("a call of kind {} could not be answered", call.getKind(), error);
                    return ByteString.EMPTY;
                });
    }

    private static CallReply reply(@Nullable ByteString payload, @Nullable Throwable error) {
        if (error == null && payload != null) {
            return CallReply.newBuilder()
                    .setOutcome(Outcome.DONE)
                    .setPayload(payload)
                    .build();
        }
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (cause instanceof KvException known) {
            return failure(known);
        }
        LOG.error("the handler of a peer's call failed", cause);
        return failure(new KvException.Unknown(KvError.TIMEOUT));
    }

    private static CallReply failure(KvException why) {
        Outcome outcome;
        if (why instanceof KvException.Rejected) {
            outcome = Outcome.REJECTED;
        } else if (why instanceof KvException.Failed) {
            outcome = Outcome.FAILED;
        } else {
            outcome = Outcome.UNKNOWN;
        }
        return CallReply.newBuilder()
                .setOutcome(outcome)
                .setError(why.error().name())
                .build();
    }

    private static KvException exceptionOf(CallReply reply) {
        KvError error;
        try {
            error = KvError.valueOf(reply.getError());
        } catch (IllegalArgumentException e) {
            // A newer member's error: what it means for the outcome is still said.
            error = KvError.TIMEOUT;
        }
        return switch (reply.getOutcome()) {
            case REJECTED -> new KvException.Rejected(error);
            case FAILED -> new KvException.Failed(error);
            case DONE, UNKNOWN, OUTCOME_UNSPECIFIED, UNRECOGNIZED -> new KvException.Unknown(error);
        };
    }
}
