package io.lockstep.node.rpc;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.lockstep.api.CompactionRequest;
import io.lockstep.api.CompactionResponse;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.DeleteRangeResponse;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.TxnResponse;
import io.lockstep.node.apply.CommandResult;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.mvcc.ReadOnlyTxn;
import io.lockstep.proto.log.Command;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** Reads, writes, transactions, compaction: check, submit, answer. */
final class KvService {
    static final MethodDescriptor<RangeRequest, RangeAnswer> RANGE = KVGrpc.getRangeMethod().toBuilder(
                    KVGrpc.getRangeMethod().getRequestMarshaller(), new RangeAnswerMarshaller())
            .build();

    private final RequestChecks checks;
    private final Headers headers;
    private final Reads reads;
    private final Writes writes;

    KvService(RequestChecks checks, Headers headers, Reads reads, Writes writes) {
        this.checks = checks;
        this.headers = headers;
        this.reads = reads;
        this.writes = writes;
    }

    List<UnaryRpc<?, ?>> rpcs() {
        return List.of(
                new UnaryRpc<>(RANGE, this::range),
                new UnaryRpc<>(KVGrpc.getPutMethod(), this::put),
                new UnaryRpc<>(KVGrpc.getDeleteRangeMethod(), this::deleteRange),
                new UnaryRpc<>(KVGrpc.getTxnMethod(), this::txn),
                new UnaryRpc<>(KVGrpc.getCompactMethod(), this::compact));
    }

    private CompletableFuture<RangeAnswer> range(RangeRequest request, RpcCall call) {
        checks.range(request);
        Reads.Cost cost = request.getRangeEnd().isEmpty() ? Reads.Cost.POINT : Reads.Cost.SCAN;
        return reads.read(
                call,
                ReadDial.of(request, call.dial()),
                cost,
                (view, header) -> new RangeAnswer(header, view.range(request)));
    }

    private CompletableFuture<PutResponse> put(PutRequest request, RpcCall call) {
        checks.put(request);
        checks.write(request, request.getAck());
        return submit(Command.newBuilder().setPut(request), call)
                .thenApply(done -> response(PutResponse.class, done).toBuilder()
                        .setHeader(headers.of(done))
                        .build());
    }

    private CompletableFuture<DeleteRangeResponse> deleteRange(DeleteRangeRequest request, RpcCall call) {
        checks.deleteRange(request);
        checks.write(request, request.getAck());
        return submit(Command.newBuilder().setDeleteRange(request), call)
                .thenApply(done -> response(DeleteRangeResponse.class, done).toBuilder()
                        .setHeader(headers.of(done))
                        .build());
    }

    private CompletableFuture<TxnResponse> txn(TxnRequest request, RpcCall call) {
        checks.txn(request);
        if (ReadOnlyTxn.is(request)) {
            return readTxn(request, call);
        }
        checks.write(request, request.getAck());
        return submit(Command.newBuilder().setTxn(request), call)
                .thenApply(done -> response(TxnResponse.class, done).toBuilder()
                        .setHeader(headers.of(done))
                        .build());
    }

    private CompletableFuture<TxnResponse> readTxn(TxnRequest request, RpcCall call) {
        return reads.read(
                call,
                ReadDial.of(request, call.dial()),
                Reads.Cost.SCAN,
                (view, header) ->
                        view.readTxn(request).toBuilder().setHeader(header).build());
    }

    private CompletableFuture<CompactionResponse> compact(CompactionRequest request, RpcCall call) {
        return submit(Command.newBuilder().setCompaction(request), call).thenCompose(done -> {
            CompactionResponse answer = response(CompactionResponse.class, done).toBuilder()
                    .setHeader(headers.of(done))
                    .build();
            CompletableFuture<Void> removed = request.getPhysical()
                    ? writes.compactedOnDisk(request.getRevision())
                    : CompletableFuture.completedFuture(null);
            return removed.thenApply(onDisk -> answer);
        });
    }

    private CompletableFuture<CommandResult> submit(Command.Builder command, RpcCall call) {
        if (call.isCancelled()) {
            throw new KvException.Failed(KvError.CANCELLED);
        }
        if (call.isExpired()) {
            throw new KvException.Failed(KvError.TIMEOUT);
        }
        CompletableFuture<CommandResult> result = writes.propose(command, call.deadlineNanos());
        call.follow(result);
        return result;
    }

    private static <M extends Message> M response(Class<M> type, CommandResult result) {
        if (result.rejection() != null) {
            throw new KvException.Rejected(result.rejection());
        }
        return type.cast(Objects.requireNonNull(result.response(), "a result without response and rejection"));
    }
}
