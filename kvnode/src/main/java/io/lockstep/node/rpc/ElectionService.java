package io.lockstep.node.rpc;

import com.google.protobuf.ByteString;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.TxnResponse;
import io.lockstep.api.election.CampaignRequest;
import io.lockstep.api.election.CampaignResponse;
import io.lockstep.api.election.ElectionGrpc;
import io.lockstep.api.election.LeaderKey;
import io.lockstep.api.election.LeaderRequest;
import io.lockstep.api.election.LeaderResponse;
import io.lockstep.api.election.ProclaimRequest;
import io.lockstep.api.election.ProclaimResponse;
import io.lockstep.api.election.ResignRequest;
import io.lockstep.api.election.ResignResponse;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.watch.WatchHub;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Leadership for applications: see {@link Queueing}. A campaign may take as long as its client waits. */
final class ElectionService {
    private final Queueing queues;
    private final WatchHub watches;
    private final Headers headers;

    ElectionService(Queueing queues, WatchHub watches, Headers headers) {
        this.queues = queues;
        this.watches = watches;
        this.headers = headers;
    }

    List<UnaryRpc<?, ?>> rpcs() {
        return List.of(
                new UnaryRpc<>(ElectionGrpc.getCampaignMethod(), this::campaign),
                new UnaryRpc<>(ElectionGrpc.getProclaimMethod(), this::proclaim),
                new UnaryRpc<>(ElectionGrpc.getLeaderMethod(), this::leader),
                new UnaryRpc<>(ElectionGrpc.getResignMethod(), this::resign));
    }

    List<StreamRpc<?, ?>> streams() {
        return List.of(new StreamRpc<>(
                ElectionGrpc.getObserveMethod(), 1, call -> new Observation(call, queues, watches, headers)));
    }

    private CompletableFuture<CampaignResponse> campaign(CampaignRequest request, RpcCall call) {
        return queues.lease(request.getLease(), call).thenCompose(lease -> campaign(request, lease, call));
    }

    private CompletableFuture<CampaignResponse> campaign(CampaignRequest request, long lease, RpcCall call) {
        ByteString key = Queueing.key(request.getName(), lease);
        TxnRequest.Builder enqueue = TxnRequest.newBuilder()
                .addCompare(Queueing.created(key, 0))
                .addSuccess(Queueing.put(key, request.getValue(), lease))
                .addFailure(Queueing.get(Queueing.one(key)));
        return queues.txn(enqueue, call).thenCompose(queued -> {
            KeyValue before = queued.getSucceeded()
                    ? null
                    : queued.getResponses(0).getResponseRange().getKvs(0);
            LeaderKey leader = LeaderKey.newBuilder()
                    .setName(request.getName())
                    .setKey(key)
                    .setRev(before == null ? queued.getHeader().getRevision() : before.getCreateRevision())
                    .setLease(lease)
                    .build();
            CompletableFuture<?> proclaimed =
                    before == null || before.getValue().equals(request.getValue())
                            ? CompletableFuture.completedFuture(queued)
                            : proclaim(leader, request.getValue(), queues.step(call));
            return proclaimed
                    .thenCompose(said -> queues.turn(request.getName(), key, leader.getRev(), call))
                    .thenApply(turn -> CampaignResponse.newBuilder()
                            .setHeader(queued.getHeader())
                            .setLeader(leader)
                            .build());
        });
    }

    private CompletableFuture<ProclaimResponse> proclaim(ProclaimRequest request, RpcCall call) {
        requireLeader(request.hasLeader());
        return proclaim(request.getLeader(), request.getValue(), call)
                .thenApply(done -> ProclaimResponse.newBuilder()
                        .setHeader(done.getHeader())
                        .build());
    }

    private static void requireLeader(boolean given) {
        if (!given) {
            throw new KvException.Rejected(KvError.LEADER_KEY_MISSING);
        }
    }

    private CompletableFuture<TxnResponse> proclaim(LeaderKey leader, ByteString value, RpcCall call) {
        TxnRequest.Builder txn = TxnRequest.newBuilder()
                .addCompare(Queueing.created(leader.getKey(), leader.getRev()))
                .addSuccess(Queueing.put(leader.getKey(), value, leader.getLease()));
        return queues.txn(txn, call).thenApply(done -> {
            if (!done.getSucceeded()) {
                throw new KvException.Rejected(KvError.NOT_ELECTED);
            }
            return done;
        });
    }

    private CompletableFuture<LeaderResponse> leader(LeaderRequest request, RpcCall call) {
        return queues.look(Queueing.oldest(Queueing.prefix(request.getName())), call)
                .thenApply(look -> LeaderResponse.newBuilder()
                        .setHeader(look.header())
                        .setKv(look.found().orElseThrow(() -> new KvException.Rejected(KvError.NOBODY_ELECTED)))
                        .build());
    }

    private CompletableFuture<ResignResponse> resign(ResignRequest request, RpcCall call) {
        requireLeader(request.hasLeader());
        LeaderKey leader = request.getLeader();
        TxnRequest.Builder txn = TxnRequest.newBuilder()
                .addCompare(Queueing.created(leader.getKey(), leader.getRev()))
                .addSuccess(RequestOp.newBuilder()
                        .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(leader.getKey())));
        return queues.txn(txn, call)
                .thenApply(done ->
                        ResignResponse.newBuilder().setHeader(done.getHeader()).build());
    }
}
