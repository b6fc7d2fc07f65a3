package io.lockstep.node.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.lockstep.api.AlarmMember;
import io.lockstep.api.AlarmType;
import io.lockstep.api.CompactionResponse;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.DeleteRangeResponse;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.ResponseOp;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.TxnResponse;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.node.apply.CommandResult;
import io.lockstep.node.auth.Permissions;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.lease.LeaseReader;
import io.lockstep.node.mvcc.ChangeChunk;
import io.lockstep.node.mvcc.RangeResult;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.node.rpc.auth.LogIns;
import io.lockstep.node.rpc.auth.Passwords;
import io.lockstep.node.rpc.auth.SimpleTokens;
import io.lockstep.node.watch.WatchHub;
import io.lockstep.node.watch.WatchLimits;
import io.lockstep.proto.log.Command;
import io.lockstep.proto.log.MemberRecord;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;

/** The node behind the port, in memory: enough of a store to tell answers apart, and switches for what can go wrong. */
public final class FakeNode
        implements Writes, Leases, ReadGate, Views, NodeStatus, Staleness, Space, MemberCare, Members {
    public static final long CLUSTER_ID = 0xCAFEL << 48;
    public static final long MEMBER_ID = 0x8000_0000_0000_0001L;

    public volatile boolean learner;
    public volatile long leader = MEMBER_ID;
    public volatile long term = 3;
    public volatile List<AlarmMember> alarms = List.of();

    /** What the dearest write may cost. */
    public volatile long roomBytes = Long.MAX_VALUE;

    /** Set: what the next proposals and gates end with. */
    public volatile KvError writeFailure;

    public volatile Throwable bug;
    public volatile KvError rejection;
    public volatile KvError gateFailure;

    /** True: neither is ever answered by itself. */
    public volatile boolean silent;

    /** Members that never report what they have applied. */
    public volatile List<Long> missing = List.of();

    /** What is proven of this node's lag. */
    public volatile long ageMillis = 7;

    /** Views are given out once this is open. */
    public volatile CountDownLatch viewsOpen = new CountDownLatch(0);

    /** What a read took, in its order: the proof of the node's lag, the view, the time that the proof is compared with. */
    public final Queue<String> steps = new ConcurrentLinkedQueue<>();

    public final List<CompletableFuture<?>> unanswered = new ArrayList<>();
    public final List<Command> proposed = new ArrayList<>();
    public final AtomicInteger gates = new AtomicInteger();
    public final AtomicInteger viewsHeld = new AtomicInteger();
    public volatile long lastDeadlineNanos;

    /** Tokens that a test hands out, and passwords that cost little. */
    public final SimpleTokens tokens = new SimpleTokens(Duration.ofMinutes(5), System::nanoTime);

    public volatile LogIns logIns = new LogIns(tokens, new Passwords(4), false);

    public final WatchHub watches = new WatchHub(WatchLimits.of(1 << 20, Duration.ofMinutes(10)), this::acquire);

    /** Set: what backups are taken of. */
    public volatile Backup backup;

    /** What views carry. */
    public volatile Permissions permissions = Permissions.NONE;

    private NavigableMap<ByteString, KeyValue> keys = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    private long revision = 1;
    private long compactRevision;

    public NodeServices services() {
        return new NodeServices(
                CLUSTER_ID,
                MEMBER_ID,
                "0.1.0-test",
                this,
                this,
                this,
                this,
                this,
                watches,
                this,
                this,
                this,
                this,
                logIns,
                new PrometheusRegistry());
    }

    public HealthService health() {
        return new HealthService(this, MEMBER_ID);
    }

    @Override
    public long minTtlSeconds() {
        return 2;
    }

    @Override
    public CompletableFuture<Long> renew(long lease) {
        return CompletableFuture.completedFuture(0L);
    }

    @Override
    public OptionalLong remainingNanos(long lease) {
        return OptionalLong.empty();
    }

    @Override
    public boolean reaches(long memberId) {
        return true;
    }

    @Override
    public CompletableFuture<Void> requireReady(long learnerId, long deadlineNanos) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> settled(long memberId, long deadlineNanos) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public long newMemberId() {
        return 42;
    }

    @Override
    public int maxLearners() {
        return 1;
    }

    @Override
    public boolean hasRoomFor(long costBytes) {
        return costBytes <= roomBytes;
    }

    @Override
    public CompletableFuture<Void> raiseAlarm(long deadlineNanos) {
        alarms = List.of(AlarmMember.newBuilder()
                .setMemberID(MEMBER_ID)
                .setAlarm(AlarmType.NOSPACE)
                .build());
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> compactFiles() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Backup> openBackup() {
        Backup taken = backup;
        return taken == null
                ? CompletableFuture.failedFuture(new KvException.Failed(KvError.TOO_MANY_REQUESTS))
                : CompletableFuture.completedFuture(taken);
    }

    @Override
    public CompletableFuture<Void> moveLeader(long memberId, long deadlineNanos) {
        leader = memberId;
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public long quotaBytes() {
        return 0;
    }

    @Override
    public CompletableFuture<Void> compactedOnDisk(long revision) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> accept(Command.Builder command, long deadlineNanos) {
        return propose(command, deadlineNanos).thenApply(result -> null);
    }

    @Override
    public CompletableFuture<List<Long>> appliedEverywhere(long deadlineNanos) {
        return CompletableFuture.completedFuture(missing);
    }

    @Override
    public synchronized CompletableFuture<CommandResult> propose(Command.Builder command, long deadlineNanos) {
        lastDeadlineNanos = deadlineNanos;
        proposed.add(command.build());
        CompletableFuture<CommandResult> future = new CompletableFuture<>();
        if (silent) {
            unanswered.add(future);
        } else if (bug != null) {
            future.completeExceptionally(bug);
        } else if (writeFailure != null) {
            future.completeExceptionally(new KvException.Unknown(writeFailure));
        } else if (rejection != null) {
            future.complete(new CommandResult(1, revision, term, null, rejection));
        } else {
            future.complete(apply(command.build()));
        }
        return future;
    }

    private CommandResult apply(Command command) {
        NavigableMap<ByteString, KeyValue> next = new TreeMap<>(keys);
        long before = revision;
        Message response = switch (command.getCommandCase()) {
            case PUT -> put(next, command.getPut());
            case DELETE_RANGE -> delete(next, command.getDeleteRange());
            case TXN -> txn(next, command.getTxn());
            case COMPACTION -> {
                compactRevision = command.getCompaction().getRevision();
                yield CompactionResponse.getDefaultInstance();
            }
            default -> throw new IllegalArgumentException("no such command: " + command.getCommandCase());
        };
        if (!next.equals(keys)) {
            revision = before + 1;
        }
        keys = next;
        return new CommandResult(1, revision, term, response, null);
    }

    private PutResponse put(NavigableMap<ByteString, KeyValue> next, PutRequest request) {
        KeyValue old = next.get(request.getKey());
        next.put(
                request.getKey(),
                KeyValue.newBuilder()
                        .setKey(request.getKey())
                        .setValue(request.getValue())
                        .setCreateRevision(old == null ? revision + 1 : old.getCreateRevision())
                        .setModRevision(revision + 1)
                        .setVersion(old == null ? 1 : old.getVersion() + 1)
                        .build());
        PutResponse.Builder response = PutResponse.newBuilder();
        return request.getPrevKv() && old != null ? response.setPrevKv(old).build() : response.build();
    }

    private static DeleteRangeResponse delete(NavigableMap<ByteString, KeyValue> next, DeleteRangeRequest request) {
        NavigableMap<ByteString, KeyValue> hit = in(next, request.getKey(), request.getRangeEnd());
        DeleteRangeResponse.Builder response = DeleteRangeResponse.newBuilder().setDeleted(hit.size());
        if (request.getPrevKv()) {
            response.addAllPrevKvs(hit.values());
        }
        hit.clear();
        return response.build();
    }

    private TxnResponse txn(NavigableMap<ByteString, KeyValue> next, TxnRequest request) {
        TxnResponse.Builder response = TxnResponse.newBuilder().setSucceeded(true);
        for (RequestOp op : request.getSuccessList()) {
            response.addResponses(
                    switch (op.getRequestCase()) {
                        case REQUEST_PUT -> ResponseOp.newBuilder().setResponsePut(put(next, op.getRequestPut()));
                        case REQUEST_DELETE_RANGE ->
                            ResponseOp.newBuilder().setResponseDeleteRange(delete(next, op.getRequestDeleteRange()));
                        default -> ResponseOp.newBuilder();
                    });
        }
        return response.build();
    }

    private static NavigableMap<ByteString, KeyValue> in(
            NavigableMap<ByteString, KeyValue> keys, ByteString from, ByteString end) {
        if (end.isEmpty()) {
            return keys.subMap(from, true, from, true);
        }
        return end.equals(ByteString.copyFrom(new byte[1]))
                ? keys.tailMap(from, true)
                : keys.subMap(from, true, end, false);
    }

    @Override
    public synchronized CompletableFuture<Void> await(long deadlineNanos) {
        gates.incrementAndGet();
        lastDeadlineNanos = deadlineNanos;
        CompletableFuture<Void> future = new CompletableFuture<>();
        if (silent) {
            unanswered.add(future);
        } else if (gateFailure != null) {
            future.completeExceptionally(new KvException.Failed(gateFailure));
        } else {
            future.complete(null);
        }
        return future;
    }

    @Override
    public synchronized CompletableFuture<Void> awaitRevision(long wanted, long deadlineNanos) {
        return wanted <= revision
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(new KvException.Rejected(KvError.FUTURE_REVISION));
    }

    @Override
    public Proof newest() {
        steps.add("proof");
        return () -> {
            steps.add("now");
            return ageMillis;
        };
    }

    @Override
    public void asked() {}

    @Override
    public ReadView acquire() {
        try {
            viewsOpen.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        steps.add("view");
        viewsHeld.incrementAndGet();
        synchronized (this) {
            return new View(keys, revision, compactRevision);
        }
    }

    private final class View implements ReadView {
        private final NavigableMap<ByteString, KeyValue> keys;
        private final long revision;
        private final long compactRevision;

        View(NavigableMap<ByteString, KeyValue> keys, long revision, long compactRevision) {
            this.keys = keys;
            this.revision = revision;
            this.compactRevision = compactRevision;
        }

        @Override
        public long revision() {
            return revision;
        }

        @Override
        public long compactRevision() {
            return compactRevision;
        }

        @Override
        public ChangeChunk changes(long from, ChangeChunk.Limit limit, Predicate<ByteString> wanted) {
            return new ChangeChunk(Math.max(from - 1, revision), List.of());
        }

        @Override
        public long appliedIndex() {
            return revision + 10;
        }

        @Override
        public long term() {
            return term;
        }

        @Override
        public boolean tryAcquire() {
            viewsHeld.incrementAndGet();
            return true;
        }

        @Override
        public void release() {
            viewsHeld.decrementAndGet();
        }

        @Override
        public RangeResult range(RangeRequest request) {
            if (request.getRevision() > revision) {
                throw new KvException.Rejected(KvError.FUTURE_REVISION);
            }
            List<ByteString> hits = in(keys, request.getKey(), request.getRangeEnd()).values().stream()
                    .map(KeyValue::toByteString)
                    .toList();
            int limit = request.getLimit() == 0 ? hits.size() : (int) Math.min(hits.size(), request.getLimit());
            return new RangeResult(revision, hits.subList(0, limit), hits.size(), limit < hits.size());
        }

        @Override
        public TxnResponse readTxn(TxnRequest request) {
            TxnResponse.Builder response = TxnResponse.newBuilder().setSucceeded(true);
            for (RequestOp op : request.getSuccessList()) {
                response.addResponsesBuilder()
                        .setResponseRange(range(op.getRequestRange()).toResponse());
            }
            return response.build();
        }

        @Override
        public <T> T leases(Function<LeaseReader, T> reading) {
            throw new UnsupportedOperationException();
        }

        @Override
        public HashResult hashKv(long atRevision) {
            return new HashResult(0xF000_0001, compactRevision, atRevision == 0 ? revision : atRevision);
        }

        @Override
        public List<AlarmMember> alarms() {
            return alarms;
        }

        @Override
        public Permissions permissions() {
            return permissions;
        }

        @Override
        public List<MemberRecord> members() {
            return List.of(MemberRecord.newBuilder()
                    .setMemberId(MEMBER_ID)
                    .setName("one")
                    .addPeerUrls("http://127.0.0.1:2380")
                    .addClientUrls("http://127.0.0.1:2379")
                    .build());
        }
    }

    @Override
    public long term() {
        return term;
    }

    @Override
    public long leaderId() {
        return leader;
    }

    @Override
    public long raftIndex() {
        return 12;
    }

    @Override
    public long committedIndex() {
        return 12;
    }

    @Override
    public long appliedIndex() {
        return 11;
    }

    @Override
    public boolean isLearner() {
        return learner;
    }

    @Override
    public long leaderChanges() {
        return 2;
    }

    @Override
    public long dbSizeBytes() {
        return 20480;
    }

    @Override
    public long dbSizeInUseBytes() {
        return 16384;
    }

    @Override
    public List<AlarmMember> alarms() {
        return alarms;
    }
}
