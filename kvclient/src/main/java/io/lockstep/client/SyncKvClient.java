package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.api.CompactionResponse;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.DeleteRangeResponse;
import io.lockstep.api.HashKVResponse;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.MemberListResponse;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.StatusResponse;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.TxnResponse;
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

    public RangeResponse get(String key) {
        return get(ByteString.copyFromUtf8(key), GetOptions.DEFAULT);
    }

    public RangeResponse get(String key, Consistency consistency) {
        return get(ByteString.copyFromUtf8(key), GetOptions.DEFAULT.consistency(consistency));
    }

    public RangeResponse get(ByteString key, GetOptions options) {
        return range(options.toRequest(key));
    }

    public RangeResponse range(RangeRequest request) {
        return await(client.rangeInner(request));
    }

    /** A read that this member must answer itself. Tried once. */
    public RangeResponse range(Endpoint member, RangeRequest request) {
        return await(client.rangeInner(member, request));
    }

    public PutResponse put(String key, String value) {
        return put(ByteString.copyFromUtf8(key), ByteString.copyFromUtf8(value), PutOptions.DEFAULT);
    }

    public PutResponse put(ByteString key, ByteString value, PutOptions options) {
        return put(options.toRequest(key, value));
    }

    public PutResponse put(PutRequest request) {
        return await(client.write(KVGrpc.getPutMethod(), request));
    }

    public DeleteRangeResponse delete(String key) {
        return delete(KeyRange.single(ByteString.copyFromUtf8(key)));
    }

    public DeleteRangeResponse delete(KeyRange range) {
        return delete(DeleteRangeRequest.newBuilder()
                .setKey(range.key())
                .setRangeEnd(range.end())
                .build());
    }

    public DeleteRangeResponse delete(DeleteRangeRequest request) {
        return await(client.write(KVGrpc.getDeleteRangeMethod(), request));
    }

    public TxnResponse commit(Txn txn) {
        return txn(txn.toRequest());
    }

    public TxnResponse txn(TxnRequest request) {
        return await(client.txnInner(request));
    }

    public CompactionResponse compact(long revision, boolean physical) {
        return await(client.compactInner(revision, physical));
    }

    public StatusResponse status(Endpoint member) {
        return await(client.statusInner(member));
    }

    public HashKVResponse hashKv(Endpoint member, long revision) {
        return await(client.hashKvInner(member, revision));
    }

    public MemberListResponse memberList(Consistency consistency) {
        return await(client.memberListInner(consistency));
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
