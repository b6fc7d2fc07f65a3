package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.api.CompactionResponse;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.DeleteRangeResponse;
import io.lockstep.api.HashKVResponse;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.LeaseGrantResponse;
import io.lockstep.api.LeaseKeepAliveResponse;
import io.lockstep.api.LeaseLeasesResponse;
import io.lockstep.api.LeaseRevokeResponse;
import io.lockstep.api.LeaseTimeToLiveResponse;
import io.lockstep.api.MemberListResponse;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.StatusResponse;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.TxnResponse;
import io.lockstep.api.mvcc.KeyValue;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Blocking calls of a {@link KvClient}; see there. Each throws a {@link DefiniteFailure} or an {@link UnknownOutcome}. An
 * interrupt cancels the call, keeps the thread's flag and throws {@link CancellationException}: a write may still happen.
 * Not to be used on the event loop. Text keys and values are UTF-8.
 */
public final class SyncKvClient {
    private final KvClient client;

    SyncKvClient(KvClient client) {
        this.client = client;
    }

    /** A linearizable read of one key. */
    public RangeResponse get(String key) {
        return get(ByteString.copyFromUtf8(key), GetOptions.DEFAULT);
    }

    /** A read of one key; {@link Served#of(RangeResponse)} tells how stale it may be. */
    public RangeResponse get(String key, Consistency consistency) {
        return get(ByteString.copyFromUtf8(key), GetOptions.DEFAULT.consistency(consistency));
    }

    /** A read of what the options make of the key. */
    public RangeResponse get(ByteString key, GetOptions options) {
        return range(options.toRequest(key));
    }

    /** The request as it goes over the wire. */
    public RangeResponse range(RangeRequest request) {
        return await(client.rangeInner(request));
    }

    /** A read that this member must answer itself. Tried once. */
    public RangeResponse range(Endpoint member, RangeRequest request) {
        return await(client.rangeInner(member, request));
    }

    /** Writes the key. */
    public PutResponse put(String key, String value) {
        return put(ByteString.copyFromUtf8(key), ByteString.copyFromUtf8(value), PutOptions.DEFAULT);
    }

    /** Writes the key; {@link Acked#of(PutResponse)} tells what that has reached. */
    public PutResponse put(ByteString key, ByteString value, PutOptions options) {
        return put(options.toRequest(key, value));
    }

    /** The request as it goes over the wire. */
    public PutResponse put(PutRequest request) {
        return await(client.write(KVGrpc.getPutMethod(), request));
    }

    /** Deletes one key; one that is not there is no failure. */
    public DeleteRangeResponse delete(String key) {
        return delete(KeyRange.single(ByteString.copyFromUtf8(key)));
    }

    /** Deletes all keys of the range. */
    public DeleteRangeResponse delete(KeyRange range) {
        return delete(DeleteRangeRequest.newBuilder()
                .setKey(range.key())
                .setRangeEnd(range.end())
                .build());
    }

    /** The request as it goes over the wire. */
    public DeleteRangeResponse delete(DeleteRangeRequest request) {
        return await(client.write(KVGrpc.getDeleteRangeMethod(), request));
    }

    /** Runs the transaction; whether its conditions held is in the answer. */
    public TxnResponse commit(Txn txn) {
        return txn(txn.toRequest());
    }

    /** The request as it goes over the wire. */
    public TxnResponse txn(TxnRequest request) {
        return await(client.txnInner(request));
    }

    /** See {@link KvClient#compact}. */
    public CompactionResponse compact(long revision, boolean physical) {
        return await(client.compactInner(revision, physical));
    }

    /** See {@link KvClient#status}. */
    public StatusResponse status(Endpoint member) {
        return await(client.statusInner(member));
    }

    /** See {@link KvClient#hashKv}. */
    public HashKVResponse hashKv(Endpoint member, long revision) {
        return await(client.hashKvInner(member, revision));
    }

    /** See {@link KvClient#memberList}. */
    public MemberListResponse memberList(Consistency consistency) {
        return await(client.memberListInner(consistency));
    }

    /** See {@link Leases#open}. */
    public Lease openLease(Duration ttl) {
        return await(client.leases().openInner(ttl));
    }

    /** See {@link Leases#grant}. */
    public LeaseGrantResponse grantLease(long ttlSeconds, long id) {
        return await(client.leases().grantInner(ttlSeconds, id));
    }

    /** See {@link Leases#revoke}. */
    public LeaseRevokeResponse revokeLease(long id) {
        return await(client.leases().revokeInner(id));
    }

    /** See {@link Leases#timeToLive}. */
    public LeaseTimeToLiveResponse leaseTimeToLive(long id, boolean keys) {
        return await(client.leases().timeToLiveInner(id, keys));
    }

    /** See {@link Leases#list}. */
    public LeaseLeasesResponse listLeases() {
        return await(client.leases().listInner());
    }

    /** See {@link Leases#keepAliveOnce}. */
    public LeaseKeepAliveResponse keepAliveOnce(long id) {
        return await(client.leases().keepAliveOnceInner(id));
    }

    /** See {@link Locks#acquire}. */
    public Lock lock(String name, Lease lease, Duration patience) {
        return await(client.locks().acquireInner(ByteString.copyFromUtf8(name), lease, patience));
    }

    /** See {@link Elections#campaign}. */
    public Leadership campaign(String name, String value, Lease lease, Duration patience) {
        return await(client.elections()
                .campaignInner(ByteString.copyFromUtf8(name), ByteString.copyFromUtf8(value), lease, patience));
    }

    /** See {@link Elections#leader}. */
    public Optional<KeyValue> electedLeader(String name) {
        return await(client.elections().leaderInner(ByteString.copyFromUtf8(name)));
    }

    /** Waits for the inner future, so that a caller on a callback thread does not wait for its own pool. */
    private static <A> A await(CompletableFuture<A> inner) {
        try {
            return inner.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof ClientException known) {
                throw known;
            }
            throw new IllegalStateException("a call failed in an unforeseen way", failed.getCause());
        } catch (InterruptedException interrupted) {
            inner.cancel(false);
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted; a write may still happen");
        }
    }
}
