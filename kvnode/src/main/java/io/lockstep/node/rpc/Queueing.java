package io.lockstep.node.rpc;

import com.google.protobuf.ByteString;
import io.lockstep.api.Ack;
import io.lockstep.api.Compare;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.ResponseHeader;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.TxnResponse;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.watch.WatchHub;
import io.lockstep.proto.log.Command;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * What locks and elections are made of, by etcd's recipe, so that its client libraries and ours can queue for the same
 * name: everyone puts a key of its own below the name, under a lease, and whoever's is the oldest has its turn. Each waits
 * for the one before it, so that a turn that ends wakes one and not all.
 *
 * <p>What is waited for is read from this node's own state: that a key is gone never becomes untrue, as a key that is made
 * later is newer. Only the last look, whether one's own key is still there, asks the others.
 */
final class Queueing {
    /** What etcd grants to who names no lease, and nobody keeps alive. */
    private static final long OWN_LEASE_SECONDS = 60;

    private final RequestChecks checks;
    private final AckedWrites writes;
    private final Reads reads;
    private final LeaseService leases;
    private final WatchHub watches;
    private final long limitNanos;

    Queueing(RequestChecks checks, AckedWrites writes, Reads reads, LeaseService leases, Bounds bounds) {
        this.checks = checks;
        this.writes = writes;
        this.reads = reads;
        this.leases = leases;
        this.watches = bounds.watches();
        this.limitNanos = bounds.stepTimeout().toNanos();
    }

    /**
     * @param watches tells of turns that end
     * @param stepTimeout of each read and write by itself: only the wait between them has no bound but the client's
     */
    record Bounds(WatchHub watches, Duration stepTimeout) {}

    /** Another piece of work of the call, with time of its own. */
    RpcCall step(RpcCall call) {
        return call.another(limitNanos);
    }

    /** The lease that was named, or a new one. */
    CompletableFuture<Long> lease(long named, RpcCall call) {
        return named != 0 ? CompletableFuture.completedFuture(named) : leases.grantAny(OWN_LEASE_SECONDS, call);
    }

    static ByteString prefix(ByteString name) {
        return name.concat(ByteString.copyFromUtf8("/"));
    }

    /** The key of who holds the lease; its id is printed as Go prints it, a negative one with its sign. */
    static ByteString key(ByteString name, long lease) {
        String id = lease < 0 ? "-" + Long.toHexString(-lease) : Long.toHexString(lease);
        return prefix(name).concat(ByteString.copyFromUtf8(id));
    }

    /** Behind the last key of a prefix, which ends with a slash. */
    static ByteString endOf(ByteString prefix) {
        return prefix.substring(0, prefix.size() - 1).concat(ByteString.copyFromUtf8("0"));
    }

    static RangeRequest.Builder oldest(ByteString prefix) {
        return RangeRequest.newBuilder()
                .setKey(prefix)
                .setRangeEnd(endOf(prefix))
                .setSortTarget(RangeRequest.SortTarget.CREATE)
                .setSortOrder(RangeRequest.SortOrder.ASCEND)
                .setLimit(1);
    }

    static Compare created(ByteString key, long revision) {
        return Compare.newBuilder()
                .setKey(key)
                .setTarget(Compare.CompareTarget.CREATE)
                .setResult(Compare.CompareResult.EQUAL)
                .setCreateRevision(revision)
                .build();
    }

    static RequestOp put(ByteString key, ByteString value, long lease) {
        return RequestOp.newBuilder()
                .setRequestPut(
                        PutRequest.newBuilder().setKey(key).setValue(value).setLease(lease))
                .build();
    }

    static RequestOp get(RangeRequest.Builder range) {
        return RequestOp.newBuilder().setRequestRange(range).build();
    }

    static RangeRequest.Builder one(ByteString key) {
        return RangeRequest.newBuilder().setKey(key);
    }

    CompletableFuture<TxnResponse> txn(TxnRequest.Builder txn, RpcCall call) {
        TxnRequest request = txn.build();
        checks.txn(request);
        checks.size(request);
        return writes.submit(Command.newBuilder().setTxn(request), Ack.ACK_QUORUM, call)
                .thenApply(done -> done.responseOr(TxnResponse.getDefaultInstance()).toBuilder()
                        .setHeader(done.header())
                        .build());
    }

    CompletableFuture<AckedWrites.Done> delete(ByteString key, RpcCall call) {
        DeleteRangeRequest request = DeleteRangeRequest.newBuilder().setKey(key).build();
        checks.deleteRange(request);
        return writes.submit(Command.newBuilder().setDeleteRange(request), Ack.ACK_QUORUM, call);
    }

    /** With the header of the read; empty: it is not there. */
    record Look(ResponseHeader header, Optional<KeyValue> found) {}

    CompletableFuture<Look> look(RangeRequest.Builder range, RpcCall call) {
        RangeRequest request = range.build();
        RpcCall read = step(call);
        read.asks(Authorization.Rule.KEYS, request);
        CompletableFuture<Look> look = reads.linearizable(
                read,
                Reads.Cost.SCAN,
                (view, header) -> new Look(
                        header,
                        view.range(request).toResponse().getKvsList().stream().findFirst()));
        call.follow(look);
        return look;
    }

    /**
     * Waits, as long as it takes, until no older key than one's own is there, and sees that that one still is. If it fails,
     * or the caller is gone, the key is deleted.
     *
     * @param revision that made the own key
     * @return the last look at one's own key
     */
    CompletableFuture<Look> turn(ByteString name, ByteString key, long revision, RpcCall call) {
        return new Turn(prefix(name), revision, call)
                .await()
                .thenCompose(first -> look(one(key), call))
                .thenApply(look -> {
                    if (look.found().isEmpty() || look.found().get().getCreateRevision() != revision) {
                        throw new KvException.Rejected(KvError.SESSION_EXPIRED);
                    }
                    return look;
                })
                .exceptionallyCompose(failure -> {
                    boolean expired =
                            cause(failure) instanceof KvException known && known.error() == KvError.SESSION_EXPIRED;
                    return (expired ? CompletableFuture.completedFuture(null) : delete(key, step(call)))
                            .handle((deleted, unused) -> null)
                            .thenCompose(unused -> CompletableFuture.failedFuture(failure));
                });
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** One wait: looks for the key before one's own, and waits until that is deleted, again and again. */
    private final class Turn {
        private final ByteString prefix;
        private final long revision;
        private final RpcCall call;

        Turn(ByteString prefix, long revision, RpcCall call) {
            this.prefix = prefix;
            this.revision = revision;
            this.call = call;
        }

        private record Before(long atRevision, Optional<ByteString> key) {}

        CompletableFuture<Void> await() {
            RangeRequest olderOnes = RangeRequest.newBuilder()
                    .setKey(prefix)
                    .setRangeEnd(endOf(prefix))
                    .setMaxCreateRevision(revision - 1)
                    .setSortTarget(RangeRequest.SortTarget.CREATE)
                    .setSortOrder(RangeRequest.SortOrder.DESCEND)
                    .setLimit(1)
                    .setKeysOnly(true)
                    .build();
            RpcCall read = step(call);
            read.asks(Authorization.Rule.KEYS, olderOnes);
            CompletableFuture<Before> looked = reads.local(
                    read,
                    Reads.Cost.SCAN,
                    (view, header) -> new Before(
                            view.revision(),
                            view.range(olderOnes).toResponse().getKvsList().stream()
                                    .map(KeyValue::getKey)
                                    .findFirst()));
            call.follow(looked);
            return looked.thenApply(this::awaitDeletion).thenCompose(Function.identity());
        }

        private CompletableFuture<Void> awaitDeletion(Before before) {
            if (before.key().isEmpty()) {
                return CompletableFuture.completedFuture(null);
            }
            CompletableFuture<Void> changed = KeyWatch.next(
                    watches,
                    WatchCreateRequest.newBuilder()
                            .setKey(before.key().get())
                            .setStartRevision(before.atRevision() + 1)
                            .addFilters(WatchCreateRequest.FilterType.NOPUT)
                            .build());
            call.follow(changed);
            return changed.thenCompose(gone -> await());
        }
    }
}
