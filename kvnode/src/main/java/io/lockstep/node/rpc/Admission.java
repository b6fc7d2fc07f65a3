package io.lockstep.node.rpc;

import com.google.protobuf.Message;
import io.grpc.Metadata;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.StatusRequest;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What is asked of every call before its service sees it, in etcd's order. */
public final class Admission {
    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> CLIENT_API_VERSION =
            Metadata.Key.of("client-api-version", Metadata.ASCII_STRING_MARSHALLER);

    private static final String SNAPSHOT = MaintenanceGrpc.getSnapshotMethod().getFullMethodName();

    private static final String HEALTH = HealthGrpc.getWatchMethod().getFullMethodName();

    /** What grpc-java puts in place of a byte that is no ASCII character. */
    private static final char REPLACEMENT = '\uFFFD';

    private final NodeStatus status;
    private final long clusterId;

    public Admission(NodeStatus status, long clusterId) {
        this.status = status;
        this.clusterId = clusterId;
    }

    /** @throws KvException LEARNER_NOT_SUPPORTED, INVALID_CLIENT_API_VERSION, NO_LEADER, or what {@link CallDial} refuses */
    public void check(Message request, Metadata metadata, RpcCall call) {
        if (status.isLearner()
                && !learnerAnswers(request, CallDial.of(metadata, clusterId).maxStalenessMillis())) {
            throw new KvException.Failed(KvError.LEARNER_NOT_SUPPORTED);
        }
        check(metadata, call);
    }

    /** Of a stream as a whole, before its first request. Throws as {@link #check(Message, Metadata, RpcCall)} does. */
    public void open(String fullMethodName, Metadata metadata, RpcCall call) {
        if (status.isLearner() && !fullMethodName.equals(SNAPSHOT) && !fullMethodName.equals(HEALTH)) {
            throw new KvException.Failed(KvError.LEARNER_NOT_SUPPORTED);
        }
        check(metadata, call);
    }

    /** Whether the client wants its stream to end when this node loses its leader. */
    public boolean needsLeader(Metadata metadata) {
        return "true".equals(firstOf(metadata, HAS_LEADER));
    }

    private void check(Metadata metadata, RpcCall call) {
        call.turn(CallDial.of(metadata, clusterId));
        call.comesWith(call.credentials().withTokenOf(metadata));
        // etcd refuses what is not UTF-8; gRPC allows only ASCII here and shows us anything else alike.
        String version = firstOf(metadata, CLIENT_API_VERSION);
        if (version != null && version.indexOf(REPLACEMENT) >= 0) {
            throw new KvException.Rejected(KvError.INVALID_CLIENT_API_VERSION);
        }
        if (needsLeader(metadata) && status.leaderId() == 0) {
            throw new KvException.Failed(KvError.NO_LEADER);
        }
    }

    /** For a request that came without metadata. */
    public void check(Message request) {
        if (status.isLearner() && !learnerAnswers(request, OptionalLong.empty())) {
            throw new KvException.Failed(KvError.LEARNER_NOT_SUPPORTED);
        }
    }

    /** As etcd, and reads with a bound: what is a learner for that is far away? */
    private static boolean learnerAnswers(Message request, OptionalLong bound) {
        return request instanceof StatusRequest
                || request instanceof HealthCheckRequest
                || (request instanceof RangeRequest range
                        && (range.getSerializable() || range.hasMaxStalenessMillis() || bound.isPresent()));
    }

    private static @Nullable String firstOf(Metadata metadata, Metadata.Key<String> key) {
        Iterable<String> values = metadata.getAll(key);
        return values == null ? null : values.iterator().next();
    }
}
