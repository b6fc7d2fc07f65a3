package io.lockstep.node.rpc;

import io.grpc.MethodDescriptor;
import io.lockstep.api.Ack;
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
import io.lockstep.node.mvcc.ReadOnlyTxn;
import io.lockstep.proto.log.Command;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Reads, writes, transactions, compaction: check, submit, answer. */
final class KvService {
    static final MethodDescriptor<RangeRequest, RangeAnswer> RANGE = KVGrpc.getRangeMethod().toBuilder(
                    KVGrpc.getRangeMethod().getRequestMarshaller(), new RangeAnswerMarshaller())
            .build();

    private final RequestChecks checks;
    private final Reads reads;
    private final AckedWrites writes;
    private final Writes log;

    KvService(RequestChecks checks, Reads reads, AckedWrites writes, Writes log) {
        this.checks = checks;
        this.reads = reads;
        this.writes = writes;
        this.log = log;
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
                (view, header) -> RangeAnswer.of(header, view.range(request)));
    }

    private CompletableFuture<PutResponse> put(PutRequest request, RpcCall call) {
        checks.put(request);
        Ack ack = checks.ack(request.getAck(), request.getPrevKv(), call.dial());
        checks.size(request);
        return writes.submit(Command.newBuilder().setPut(request), ack, call)
                .thenApply(done -> done.responseOr(PutResponse.getDefaultInstance()).toBuilder()
                        .setHeader(done.header())
                        .build());
    }

    private CompletableFuture<DeleteRangeResponse> deleteRange(DeleteRangeRequest request, RpcCall call) {
        checks.deleteRange(request);
        Ack ack = checks.ack(request.getAck(), request.getPrevKv(), call.dial());
        checks.size(request);
        return writes.submit(Command.newBuilder().setDeleteRange(request), ack, call)
                .thenApply(done -> done.responseOr(DeleteRangeResponse.getDefaultInstance()).toBuilder()
                        .setHeader(done.header())
                        .build());
    }

    private CompletableFuture<TxnResponse> txn(TxnRequest request, RpcCall call) {
        checks.txn(request);
        if (ReadOnlyTxn.is(request)) {
            return readTxn(request, call);
        }
        Ack ack = checks.ack(request.getAck(), true, call.dial());
        checks.size(request);
        return writes.submit(Command.newBuilder().setTxn(request), ack, call)
                .thenApply(done -> done.responseOr(TxnResponse.getDefaultInstance()).toBuilder()
                        .setHeader(done.header())
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
        return writes.submit(Command.newBuilder().setCompaction(request), Ack.ACK_QUORUM, call)
                .thenCompose(done -> {
                    CompactionResponse answer = done.responseOr(CompactionResponse.getDefaultInstance()).toBuilder()
                            .setHeader(done.header())
                            .build();
                    CompletableFuture<Void> removed = request.getPhysical()
                            ? log.compactedOnDisk(request.getRevision())
                            : CompletableFuture.completedFuture(null);
                    return removed.thenApply(onDisk -> answer);
                });
    }
}
