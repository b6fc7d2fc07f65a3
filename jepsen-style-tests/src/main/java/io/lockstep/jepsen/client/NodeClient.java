package io.lockstep.jepsen.client;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.lockstep.api.Compare;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.DeleteRangeResponse;
import io.lockstep.api.HashKVRequest;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.RequestOp;
import io.lockstep.api.ResponseHeader;
import io.lockstep.api.StatusRequest;
import io.lockstep.api.StatusResponse;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.TxnResponse;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.jepsen.history.Ack;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Answer;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Version;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A client of one node. Each call is sent at most once. */
public final class NodeClient implements Caller {
    public static final long DEFAULT_DEADLINE_MILLIS = 1_500;
    private static final long STATUS_DEADLINE_MILLIS = 1_000;
    private static final long HASH_DEADLINE_MILLIS = 10_000;
    private static final int MAX_ANSWER_BYTES = 64 << 20;

    private final ManagedChannel channel;
    private final KVGrpc.KVBlockingStub kv;
    private final MaintenanceGrpc.MaintenanceBlockingStub maintenance;

    public NodeClient(String host, int port) {
        this.channel = NettyChannelBuilder.forAddress(host, port)
                .usePlaintext()
                .disableRetry()
                .maxInboundMessageSize(MAX_ANSWER_BYTES)
                .build();
        this.kv = KVGrpc.newBlockingStub(channel);
        this.maintenance = MaintenanceGrpc.newBlockingStub(channel);
    }

    @Override
    public Answer perform(Action action, long deadlineMillis) throws CallException {
        KVGrpc.KVBlockingStub stub = kv.withDeadlineAfter(deadlineMillis, TimeUnit.MILLISECONDS);
        try {
            return send(stub, action);
        } catch (StatusRuntimeException e) {
            if (Errors.neverConnected(e.getStatus())) {
                // Or the next calls would fail without an attempt while grpc backs off, up to two minutes.
                channel.resetConnectBackoff();
            }
            throw new CallException(Errors.outcomeOf(action, e.getStatus()), e.getStatus());
        }
    }

    private static Answer send(KVGrpc.KVBlockingStub stub, Action action) {
        if (action instanceof Action.Read read) {
            return range(stub, withConsistency(key(read.key()), read.consistency()));
        }
        if (action instanceof Action.ReadSince read) {
            return range(stub, key(read.key()).setMinRevision(read.minRevision()));
        }
        if (action instanceof Action.ReadAt read) {
            return range(stub, key(read.key()).setRevision(read.atRevision()));
        }
        if (action instanceof Action.Scan scan) {
            return range(
                    stub,
                    key(scan.key())
                            .setRangeEnd(prefixEnd(scan.key()))
                            .setSerializable(scan.consistency() == Consistency.STALE));
        }
        if (action instanceof Action.Write write) {
            return write(stub, write);
        }
        if (action instanceof Action.WriteBoth both) {
            TxnResponse answer = stub.txn(TxnRequest.newBuilder()
                    .addSuccess(RequestOp.newBuilder().setRequestPut(putOf(both.key(), both.value())))
                    .addSuccess(RequestOp.newBuilder().setRequestPut(putOf(both.other(), both.value())))
                    .build());
            return new Answer(answer.getHeader().getRevision(), true, List.of());
        }
        if (action instanceof Action.Delete delete) {
            DeleteRangeResponse answer = stub.deleteRange(
                    DeleteRangeRequest.newBuilder().setKey(bytes(delete.key())).build());
            return new Answer(answer.getHeader().getRevision(), answer.getDeleted() > 0, List.of());
        }
        return swap(stub, (Action.CompareAndSet) action);
    }

    private static RangeRequest.Builder withConsistency(RangeRequest.Builder request, Consistency consistency) {
        return switch (consistency) {
            case LINEARIZABLE -> request;
            case STALE -> request.setSerializable(true);
            case BOUNDED -> request.setMaxStalenessMillis(Consistency.BOUND_MILLIS);
            case BOUNDED_HERE -> request.setSerializable(true).setMaxStalenessMillis(Consistency.BOUND_MILLIS);
            case SESSION -> throw new IllegalArgumentException("a session needs a client that keeps its token");
        };
    }

    private static Answer write(KVGrpc.KVBlockingStub stub, Action.Write write) {
        PutRequest request = putOf(write.key(), write.value()).toBuilder()
                .setAck(wire(write.ack()))
                .build();
        ResponseHeader header = stub.put(request).getHeader();
        boolean committed = !header.hasRevisionKnown() || header.getRevisionKnown();
        return new Answer(
                header.getRevision(),
                true,
                List.of(),
                Answer.UNPROVEN,
                new Answer.Acknowledged(committed, header.getAckMissingList()));
    }

    /** A write that is not to be acknowledged in a special way says nothing, so that etcd understands it too. */
    private static io.lockstep.api.Ack wire(Ack ack) {
        return switch (ack) {
            case ACCEPTED -> io.lockstep.api.Ack.ACK_ACCEPTED;
            case QUORUM -> io.lockstep.api.Ack.ACK_UNSET;
            case ALL -> io.lockstep.api.Ack.ACK_ALL;
        };
    }

    private static Answer range(KVGrpc.KVBlockingStub stub, RangeRequest.Builder request) {
        return answer(stub.range(request.build()));
    }

    /** What a read found. */
    static Answer answer(RangeResponse answer) {
        ResponseHeader header = answer.getHeader();
        return new Answer(
                header.getRevision(),
                true,
                versions(answer),
                header.hasStalenessMillis() ? header.getStalenessMillis() : Answer.UNPROVEN);
    }

    private static Answer swap(KVGrpc.KVBlockingStub stub, Action.CompareAndSet swap) {
        Compare.Builder compare = Compare.newBuilder().setKey(bytes(swap.key())).setResult(Compare.CompareResult.EQUAL);
        if (swap.expected() == null) {
            compare.setTarget(Compare.CompareTarget.VERSION).setVersion(0);
        } else {
            compare.setTarget(Compare.CompareTarget.VALUE).setValue(bytes(swap.expected()));
        }
        TxnResponse answer = stub.txn(TxnRequest.newBuilder()
                .addCompare(compare)
                .addSuccess(RequestOp.newBuilder().setRequestPut(putOf(swap.key(), swap.value())))
                .addFailure(RequestOp.newBuilder().setRequestRange(key(swap.key())))
                .build());
        List<Version> found = answer.getSucceeded()
                ? List.of()
                : versions(answer.getResponses(0).getResponseRange());
        return new Answer(answer.getHeader().getRevision(), answer.getSucceeded(), found);
    }

    private static RangeRequest.Builder key(String key) {
        return RangeRequest.newBuilder().setKey(bytes(key));
    }

    private static PutRequest putOf(String key, String value) {
        return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)).build();
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    /** The first key after all that begin with the prefix, whose last character must be an ASCII one. */
    private static ByteString prefixEnd(String prefix) {
        int last = prefix.length() - 1;
        return bytes(prefix.substring(0, last) + (char) (prefix.charAt(last) + 1));
    }

    private static List<Version> versions(RangeResponse answer) {
        return answer.getKvsList().stream().map(NodeClient::version).toList();
    }

    private static Version version(KeyValue kv) {
        return new Version(
                kv.getKey().toStringUtf8(),
                kv.getValue().toStringUtf8(),
                kv.getCreateRevision(),
                kv.getModRevision(),
                kv.getVersion());
    }

    /**
     * Every key as this node's own state has it at a revision; thread-safe.
     *
     * @param revision 0: the newest
     */
    Answer everythingAt(long revision) {
        return range(
                kv.withDeadlineAfter(HASH_DEADLINE_MILLIS, TimeUnit.MILLISECONDS),
                RangeRequest.newBuilder()
                        .setKey(ByteString.copyFrom(new byte[1]))
                        .setRangeEnd(ByteString.copyFrom(new byte[1]))
                        .setSerializable(true)
                        .setRevision(revision));
    }

    /** One key as this node's own state has it at a revision; thread-safe. */
    Optional<Version> stateAt(String key, long revision) {
        return range(
                        kv.withDeadlineAfter(HASH_DEADLINE_MILLIS, TimeUnit.MILLISECONDS),
                        key(key).setSerializable(true).setRevision(revision))
                .versions()
                .stream()
                .findFirst();
    }

    /** The hash of this node's keys and values at a revision. */
    public long hash(long revision) {
        return maintenance
                .withDeadlineAfter(HASH_DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
                .hashKV(HashKVRequest.newBuilder().setRevision(revision).build())
                .getHash();
    }

    /** Empty if there is no answer within a second. */
    public Optional<NodeStatus> status() {
        try {
            StatusResponse answer = maintenance
                    .withDeadlineAfter(STATUS_DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
                    .status(StatusRequest.getDefaultInstance());
            return Optional.of(new NodeStatus(
                    answer.getHeader().getMemberId(),
                    answer.getLeader(),
                    answer.getHeader().getRaftTerm(),
                    answer.getHeader().getRevision()));
        } catch (StatusRuntimeException e) {
            channel.resetConnectBackoff();
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
