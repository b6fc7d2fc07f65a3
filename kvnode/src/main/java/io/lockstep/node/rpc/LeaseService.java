package io.lockstep.node.rpc;

import io.lockstep.api.Ack;
import io.lockstep.api.LeaseGrantRequest;
import io.lockstep.api.LeaseGrantResponse;
import io.lockstep.api.LeaseGrpc;
import io.lockstep.api.LeaseLeasesRequest;
import io.lockstep.api.LeaseLeasesResponse;
import io.lockstep.api.LeaseRevokeRequest;
import io.lockstep.api.LeaseRevokeResponse;
import io.lockstep.api.LeaseStatus;
import io.lockstep.api.LeaseTimeToLiveRequest;
import io.lockstep.api.LeaseTimeToLiveResponse;
import io.lockstep.api.ResponseHeader;
import io.lockstep.node.lease.Lease;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.proto.log.Command;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Leases: grant, revoke, keep alive, what is left of one, which there are. */
final class LeaseService {
    private final AckedWrites writes;
    private final Reads reads;
    private final Leases leases;
    private final Headers headers;
    private final Views views;

    LeaseService(AckedWrites writes, Reads reads, Headers headers, NodeServices services) {
        this.writes = writes;
        this.reads = reads;
        this.leases = services.leases();
        this.headers = headers;
        this.views = services.views();
    }

    List<UnaryRpc<?, ?>> rpcs() {
        return List.of(
                new UnaryRpc<>(LeaseGrpc.getLeaseGrantMethod(), this::grant),
                new UnaryRpc<>(LeaseGrpc.getLeaseRevokeMethod(), this::revoke),
                new UnaryRpc<>(LeaseGrpc.getLeaseTimeToLiveMethod(), this::timeToLive),
                new UnaryRpc<>(LeaseGrpc.getLeaseLeasesMethod(), this::leases));
    }

    List<StreamRpc<?, ?>> streams() {
        return List.of(new StreamRpc<>(
                LeaseGrpc.getLeaseKeepAliveMethod(),
                KeepAlives.MAX_OPEN,
                call -> new KeepAlives(call, () -> headers.now(views), leases)));
    }

    /** Grants one of the node's own choice, and gives its id. */
    CompletableFuture<Long> grantAny(long ttlSeconds, RpcCall call) {
        return grant(LeaseGrantRequest.newBuilder().setTTL(ttlSeconds).build(), call)
                .thenApply(LeaseGrantResponse::getID);
    }

    private CompletableFuture<LeaseGrantResponse> grant(LeaseGrantRequest request, RpcCall call) {
        LeaseGrantRequest wanted = request.toBuilder()
                .setID(request.getID() == 0 ? anyId() : request.getID())
                .setTTL(Math.max(request.getTTL(), leases.minTtlSeconds()))
                .build();
        return writes.submit(Command.newBuilder().setLeaseGrant(wanted), Ack.ACK_QUORUM, call)
                .thenApply(done -> done.responseOr(LeaseGrantResponse.getDefaultInstance()).toBuilder()
                        .setHeader(done.header())
                        .build());
    }

    /** Positive, as etcd's are: some clients print ids as signed numbers. */
    private static long anyId() {
        return ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    }

    private CompletableFuture<LeaseRevokeResponse> revoke(LeaseRevokeRequest request, RpcCall call) {
        return writes.submit(Command.newBuilder().setLeaseRevoke(request), Ack.ACK_QUORUM, call)
                .thenApply(done -> done.responseOr(LeaseRevokeResponse.getDefaultInstance()).toBuilder()
                        .setHeader(done.header())
                        .build());
    }

    private CompletableFuture<LeaseTimeToLiveResponse> timeToLive(LeaseTimeToLiveRequest request, RpcCall call) {
        Reads.Cost cost = request.getKeys() ? Reads.Cost.SCAN : Reads.Cost.POINT;
        return reads.linearizable(call, cost, (view, header) -> timeToLive(request, view, header));
    }

    private LeaseTimeToLiveResponse timeToLive(LeaseTimeToLiveRequest request, ReadView view, ResponseHeader header) {
        LeaseTimeToLiveResponse.Builder response =
                LeaseTimeToLiveResponse.newBuilder().setHeader(header).setID(request.getID());
        Optional<Lease> lease = view.leases(table -> table.find(request.getID()));
        if (lease.isEmpty()) {
            return response.setTTL(-1).build();
        }
        long remainingNanos = leases.remainingNanos(request.getID()).orElse(0);
        response.setGrantedTTL(lease.get().ttlSeconds()).setTTL(TimeUnit.NANOSECONDS.toSeconds(remainingNanos));
        if (request.getKeys()) {
            response.addAllKeys(view.leases(table -> table.keys(request.getID())));
        }
        return response.build();
    }

    private CompletableFuture<LeaseLeasesResponse> leases(LeaseLeasesRequest request, RpcCall call) {
        return reads.linearizable(call, Reads.Cost.SCAN, this::leases);
    }

    private record Ending(long id, long remainingNanos) {}

    /** The one that ends first comes first. */
    private LeaseLeasesResponse leases(ReadView view, ResponseHeader header) {
        LeaseLeasesResponse.Builder response = LeaseLeasesResponse.newBuilder().setHeader(header);
        view.leases(table -> table.all()).stream()
                .map(lease ->
                        new Ending(lease.id(), leases.remainingNanos(lease.id()).orElse(0)))
                .sorted(Comparator.comparingLong(Ending::remainingNanos).thenComparing(Ending::id))
                .forEach(lease -> response.addLeases(LeaseStatus.newBuilder().setID(lease.id())));
        return response.build();
    }
}
