package io.lockstep.node.rpc;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.lockstep.api.AlarmType;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code grpc.health.v1}, for load balancers and clients that ask before they send. As in etcd there is one service, "":
 * the member as a whole. It serves while it knows a leader, votes, is not named by the alarm CORRUPT, and is not closing.
 * What asks needs no user.
 */
public final class HealthService {
    private static final String WHOLE_MEMBER = "";

    private final NodeStatus status;
    private final long memberId;

    /** Begun and ended on event loops; one of them ticks. */
    private final Set<Watching> watching = ConcurrentHashMap.newKeySet();

    /** Written once by who closes the port, read by all event loops. */
    private volatile boolean closing;

    public HealthService(NodeStatus status, long memberId) {
        this.status = status;
        this.memberId = memberId;
    }

    List<UnaryRpc<?, ?>> rpcs() {
        return List.of(new UnaryRpc<>(HealthGrpc.getCheckMethod(), this::check));
    }

    List<StreamRpc<?, ?>> streams() {
        return List.of(new StreamRpc<>(HealthGrpc.getWatchMethod(), 1, Watching::new));
    }

    private CompletableFuture<HealthCheckResponse> check(HealthCheckRequest request, RpcCall call) {
        if (!request.getService().equals(WHOLE_MEMBER)) {
            throw new KvException.Rejected(KvError.SERVICE_UNKNOWN);
        }
        return CompletableFuture.completedFuture(answer(current()));
    }

    private ServingStatus current() {
        boolean serving = !closing && status.leaderId() != 0 && !status.isLearner() && !isCorrupt();
        return serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    }

    /** Where nobody knows who is right, everybody is named: by member 0. */
    private boolean isCorrupt() {
        return status.alarms().stream()
                .anyMatch(alarm -> alarm.getAlarm() == AlarmType.CORRUPT
                        && (alarm.getMemberID() == memberId || alarm.getMemberID() == 0));
    }

    private static HealthCheckResponse answer(ServingStatus status) {
        return HealthCheckResponse.newBuilder().setStatus(status).build();
    }

    /** Tells those who watch what has changed. */
    public void onTick() {
        watching.forEach(Watching::tell);
    }

    /** From now on the member does not serve, and those who watch hear of it before their streams end. */
    public void close() {
        closing = true;
        onTick();
    }

    /** One stream; its client hears the newest state, not each that was. */
    private final class Watching implements StreamListener<HealthCheckRequest> {
        private final StreamCall<HealthCheckResponse> call;
        private @Nullable ServingStatus told;

        Watching(StreamCall<HealthCheckResponse> call) {
            this.call = call;
        }

        @Override
        public CompletableFuture<?> onRequest(HealthCheckRequest request) {
            if (request.getService().equals(WHOLE_MEMBER)) {
                watching.add(this);
                tell();
            } else {
                // Stays open: the protocol has it that such a service may yet come.
                call.send(answer(ServingStatus.SERVICE_UNKNOWN));
            }
            return StreamRpc.TAKEN;
        }

        private synchronized void tell() {
            ServingStatus now = current();
            if (now != told && call.isReady()) {
                told = now;
                call.send(answer(now));
            }
        }

        @Override
        public void onEnd() {
            watching.remove(this);
        }
    }
}
