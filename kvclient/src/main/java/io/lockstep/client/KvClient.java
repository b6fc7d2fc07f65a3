package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.lockstep.api.ClusterGrpc;
import io.lockstep.api.CompactionRequest;
import io.lockstep.api.CompactionResponse;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.DeleteRangeResponse;
import io.lockstep.api.HashKVRequest;
import io.lockstep.api.HashKVResponse;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.MemberListRequest;
import io.lockstep.api.MemberListResponse;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.StatusRequest;
import io.lockstep.api.StatusResponse;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.TxnResponse;
import io.lockstep.api.WatchCreateRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A client of a cluster. Thread safe, meant to be shared and kept: it has a connection per endpoint in use. Every call
 * ends by its deadline, and its future fails with a {@link DefiniteFailure} or an {@link UnknownOutcome} and with nothing
 * else, cancelling apart. Futures complete on the callback executor, where dependents may block; {@link #sync()} is the
 * blocking form.
 *
 * <pre>{@code
 * try (KvClient client = KvClient.builder().endpoints("localhost:2379").build()) {
 *     client.sync().put("greeting", "hello");
 *     RangeResponse answer = client.sync().get("greeting");
 * }
 * }</pre>
 */
public final class KvClient implements AutoCloseable {
    private static final RangeRequest NO_RANGE = RangeRequest.getDefaultInstance();

    private final Transport transport;
    private final List<Endpoint> endpoints;
    private final Duration timeout;

    /** What clients with different time-outs share. */
    record Transport(Call.Setting calls, Callbacks callbacks, KeepAliver keepAliver) {
        Transport(Call.Setting calls, Callbacks callbacks) {
            this(calls, callbacks, new KeepAliver(calls.channels()));
        }

        Channels channels() {
            return calls.channels();
        }
    }

    KvClient(Transport transport, List<Endpoint> endpoints, Duration timeout) {
        this.transport = transport;
        this.endpoints = endpoints;
        this.timeout = timeout;
    }

    /** Settings of a new client. */
    public static KvClientBuilder builder() {
        return new KvClientBuilder();
    }

    /**
     * Whom this client asks, in the order given. Of a client with channels of the user's own they are {@code channel:1},
     * {@code channel:2} and so on, in the channels' order, and may be used like others.
     */
    public List<Endpoint> endpoints() {
        return endpoints;
    }

    /** The same client (closing one closes both), whose calls take this long at most. */
    public KvClient withTimeout(Duration timeout) {
        return new KvClient(transport, endpoints, KvClientBuilder.checkTimeout(timeout));
    }

    /** A session of its own: its reads see its writes, and never less than before. */
    public Session session() {
        return new Session(this);
    }

    /** A session that goes on where another was: its reads see what that one had seen, on another machine too. */
    public Session session(Session.Token token) {
        Session session = session();
        session.follow(token);
        return session;
    }

    /** Leases: granted, kept alive, revoked. */
    public Leases leases() {
        return new Leases(this, transport.keepAliver());
    }

    /** Locks, which end with the lease of their holder. */
    public Locks locks() {
        return new Locks(this);
    }

    /** Elections, of which one leads at a time. */
    public Elections elections() {
        return new Elections(this, transport.channels());
    }

    /** Users, roles and what they may do. */
    public Auth auth() {
        return new Auth(this);
    }

    /**
     * Watches keys: {@code request} as it goes over the wire, but that the client sees to ids and fragments.
     *
     * @param request its start revision is the first that is told; 0: what happens from now on
     */
    public Watch watch(WatchCreateRequest request, WatchListener listener) {
        Watch watch = new Watch(transport.channels(), transport.callbacks().blocking(), request, listener);
        watch.begin();
        return watch;
    }

    /** The same client with blocking calls. */
    public SyncKvClient sync() {
        return new SyncKvClient(this);
    }

    /** What operators ask: alarms, defragmentation, leadership, backups. */
    public Maintenance maintenance() {
        return new Maintenance(this);
    }

    /** Who belongs to the cluster. */
    public Cluster cluster() {
        return new Cluster(this);
    }

    /** A linearizable read of one key. */
    public CompletableFuture<RangeResponse> get(ByteString key) {
        return get(key, GetOptions.DEFAULT);
    }

    /** A read of what the options make of the key; {@link Served#of(RangeResponse)} tells how stale it may be. */
    public CompletableFuture<RangeResponse> get(ByteString key, GetOptions options) {
        return range(options.toRequest(key));
    }

    /** The request as it goes over the wire. */
    public CompletableFuture<RangeResponse> range(RangeRequest request) {
        return outer(rangeInner(request));
    }

    /** Writes the key. */
    public CompletableFuture<PutResponse> put(ByteString key, ByteString value) {
        return put(key, value, PutOptions.DEFAULT);
    }

    /** Writes the key; {@link Acked#of(PutResponse)} tells what that has reached. */
    public CompletableFuture<PutResponse> put(ByteString key, ByteString value, PutOptions options) {
        return put(options.toRequest(key, value));
    }

    /** The request as it goes over the wire. */
    public CompletableFuture<PutResponse> put(PutRequest request) {
        return outer(write(KVGrpc.getPutMethod(), request));
    }

    /** Deletes one key; one that is not there is no failure. */
    public CompletableFuture<DeleteRangeResponse> delete(ByteString key) {
        return delete(KeyRange.single(key));
    }

    /** Deletes all keys of the range. */
    public CompletableFuture<DeleteRangeResponse> delete(KeyRange range) {
        return delete(range, Ack.QUORUM);
    }

    /** @param ack when the deletion is acknowledged */
    public CompletableFuture<DeleteRangeResponse> delete(KeyRange range, Ack ack) {
        return delete(DeleteRangeRequest.newBuilder()
                .setKey(range.key())
                .setRangeEnd(range.end())
                .setAck(ack.wire())
                .build());
    }

    /** The request as it goes over the wire. */
    public CompletableFuture<DeleteRangeResponse> delete(DeleteRangeRequest request) {
        return outer(write(KVGrpc.getDeleteRangeMethod(), request));
    }

    /** Runs the transaction; whether its conditions held is in the answer. */
    public CompletableFuture<TxnResponse> commit(Txn txn) {
        return txn(txn.toRequest());
    }

    /** The request as it goes over the wire. */
    public CompletableFuture<TxnResponse> txn(TxnRequest request) {
        return outer(txnInner(request));
    }

    /**
     * Forgets what was overwritten or deleted before the revision.
     *
     * @param physical answer only once the space is given back
     */
    public CompletableFuture<CompactionResponse> compact(long revision, boolean physical) {
        return outer(compactInner(revision, physical));
    }

    /** This member's own view of itself. Tried once. */
    public CompletableFuture<StatusResponse> status(Endpoint member) {
        return outer(statusInner(member));
    }

    /**
     * The hash of this member's keys up to the revision, equal on all members. Tried once.
     *
     * @param revision 0: the newest
     */
    public CompletableFuture<HashKVResponse> hashKv(Endpoint member, long revision) {
        return outer(hashKvInner(member, revision));
    }

    /** A read that this member must answer itself. Tried once. */
    public CompletableFuture<RangeResponse> range(Endpoint member, RangeRequest request) {
        return outer(rangeInner(member, request));
    }

    /** Who belongs to the cluster; linearizable reads ask a quorum, stale ones tell what the answering member knows. */
    public CompletableFuture<MemberListResponse> memberList(Consistency consistency) {
        return outer(memberListInner(consistency));
    }

    /** Ends the connections and the client's threads; calls under way fail. Blocks for some seconds at most. */
    @Override
    public void close() {
        transport.keepAliver().close();
        transport.channels().close();
        transport.callbacks().close();
    }

    Turnstile turnstile() {
        return transport.channels().turnstile();
    }

    <Q, A> CompletableFuture<A> read(MethodDescriptor<Q, A> method, Q request) {
        return call(method, request, Call.Kind.READ);
    }

    <Q, A> CompletableFuture<A> write(MethodDescriptor<Q, A> method, Q request) {
        return call(method, request, Call.Kind.WRITE);
    }

    CompletableFuture<RangeResponse> rangeInner(RangeRequest request) {
        boolean near = request.getSerializable() || request.hasMaxStalenessMillis() || request.getMinRevision() > 0;
        return call(KVGrpc.getRangeMethod(), request, near ? Call.Kind.NEAR_READ : Call.Kind.READ);
    }

    CompletableFuture<RangeResponse> rangeInner(Endpoint member, RangeRequest request) {
        return at(member, KVGrpc.getRangeMethod(), request);
    }

    CompletableFuture<TxnResponse> txnInner(TxnRequest request) {
        boolean near = request.hasMaxStalenessMillis() || request.getMinRevision() > 0;
        Call.Kind read = near ? Call.Kind.NEAR_READ : Call.Kind.READ;
        return call(KVGrpc.getTxnMethod(), request, Txn.mayWrite(request) ? Call.Kind.WRITE : read);
    }

    CompletableFuture<CompactionResponse> compactInner(long revision, boolean physical) {
        CompactionRequest request = CompactionRequest.newBuilder()
                .setRevision(revision)
                .setPhysical(physical)
                .build();
        return write(KVGrpc.getCompactMethod(), request);
    }

    CompletableFuture<StatusResponse> statusInner(Endpoint member) {
        return at(member, MaintenanceGrpc.getStatusMethod(), StatusRequest.getDefaultInstance());
    }

    CompletableFuture<HashKVResponse> hashKvInner(Endpoint member, long revision) {
        HashKVRequest request = HashKVRequest.newBuilder().setRevision(revision).build();
        return at(member, MaintenanceGrpc.getHashKVMethod(), request);
    }

    CompletableFuture<MemberListResponse> memberListInner(Consistency consistency) {
        RangeRequest.Builder setting = NO_RANGE.toBuilder();
        consistency.applyTo(setting);
        MemberListRequest request = MemberListRequest.newBuilder()
                .setLinearizable(!setting.getSerializable())
                .build();
        return read(ClusterGrpc.getMemberListMethod(), request);
    }

    private <Q, A> CompletableFuture<A> call(MethodDescriptor<Q, A> method, Q request, Call.Kind kind) {
        return new Call<>(transport.calls(), new Call.Order<>(method, request, kind, timeout.toNanos())).start();
    }

    Channel channel(Endpoint member) {
        return transport.channels().of(member).channel();
    }

    <Q, A> CompletableFuture<A> at(Endpoint member, MethodDescriptor<Q, A> method, Q request) {
        Call.Order<Q, A> order = new Call.Order<>(method, request, Call.Kind.READ, timeout.toNanos());
        Slot slot = transport.channels().of(member);
        return new Call<>(transport.calls(), slot, order).start();
    }

    <A> CompletableFuture<A> outer(CompletableFuture<A> inner) {
        return transport.callbacks().handOver(inner);
    }
}
