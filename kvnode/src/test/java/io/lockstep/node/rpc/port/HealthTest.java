package io.lockstep.node.rpc.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.AlarmMember;
import io.lockstep.api.AlarmType;
import io.lockstep.node.rpc.FakeNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** grpc.health.v1, asked with gRPC's own stubs. */
class HealthTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private TestPort port;

    @BeforeEach
    void start() throws Exception {
        port = new TestPort();
    }

    @AfterEach
    void close() {
        port.close();
    }

    private ServingStatus check(String service) {
        return HealthGrpc.newBlockingStub(port.channel())
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .check(HealthCheckRequest.newBuilder().setService(service).build())
                .getStatus();
    }

    private static List<AlarmMember> alarm(AlarmType type, long member) {
        return List.of(
                AlarmMember.newBuilder().setAlarm(type).setMemberID(member).build());
    }

    @Test
    void check_servesOnlyAMemberThatCan() {
        assertThat(check("")).isEqualTo(ServingStatus.SERVING);
        port.node.leader = 0;
        assertThat(check("")).isEqualTo(ServingStatus.NOT_SERVING);
        port.node.leader = 7;
        assertThat(check("")).isEqualTo(ServingStatus.SERVING);
        port.node.learner = true;
        assertThat(check("")).isEqualTo(ServingStatus.NOT_SERVING);
        port.node.learner = false;
        port.node.alarms = alarm(AlarmType.CORRUPT, FakeNode.MEMBER_ID);
        assertThat(check("")).isEqualTo(ServingStatus.NOT_SERVING);
        port.node.alarms = alarm(AlarmType.CORRUPT, 0);
        assertThat(check("")).isEqualTo(ServingStatus.NOT_SERVING);
    }

    /** Reads are still answered: taking all members out would end those too. */
    @Test
    void check_whileAnotherMemberIsCorruptOrThereIsNoRoom_serves() {
        port.node.alarms = alarm(AlarmType.CORRUPT, 7);
        assertThat(check("")).isEqualTo(ServingStatus.SERVING);
        port.node.alarms = alarm(AlarmType.NOSPACE, FakeNode.MEMBER_ID);
        assertThat(check("")).isEqualTo(ServingStatus.SERVING);
    }

    @Test
    void check_ofAnotherService_isNotFoundAsInEtcd() {
        assertThatThrownBy(() -> check("etcdserverpb.KV")).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
            assertThat(e.getStatus().getDescription()).isEqualTo("unknown service");
        });
    }

    private static final class Heard implements StreamObserver<HealthCheckResponse> {
        final List<ServingStatus> states = new CopyOnWriteArrayList<>();
        volatile Status end;

        @Override
        public void onNext(HealthCheckResponse response) {
            states.add(response.getStatus());
        }

        @Override
        public void onError(Throwable failure) {
            end = Status.fromThrowable(failure);
        }

        @Override
        public void onCompleted() {
            end = Status.OK;
        }
    }

    private Heard watch(String service) {
        Heard heard = new Heard();
        HealthGrpc.newStub(port.channel())
                .watch(HealthCheckRequest.newBuilder().setService(service).build(), heard);
        return heard;
    }

    @Test
    void watch_tellsEachChangeOnce_andThatThePortCloses() {
        Heard heard = watch("");
        await().atMost(PATIENCE).until(() -> heard.states.equals(List.of(ServingStatus.SERVING)));
        port.node.leader = 0;
        await().atMost(PATIENCE).until(() -> heard.states.size() == 2);
        port.node.leader = 7;
        await().atMost(PATIENCE).until(() -> heard.states.size() == 3);

        port.port.close();

        await().atMost(PATIENCE).until(() -> heard.end != null);
        assertThat(heard.states)
                .containsExactly(
                        ServingStatus.SERVING,
                        ServingStatus.NOT_SERVING,
                        ServingStatus.SERVING,
                        ServingStatus.NOT_SERVING);
        assertThat(heard.end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void watch_ofALearnerAndOfAnotherService_staysOpen() {
        port.node.learner = true;
        Heard learner = watch("");
        Heard unknown = watch("x");
        await().atMost(PATIENCE).until(() -> learner.states.equals(List.of(ServingStatus.NOT_SERVING)));
        await().atMost(PATIENCE).until(() -> unknown.states.equals(List.of(ServingStatus.SERVICE_UNKNOWN)));
        port.node.learner = false;
        await().atMost(PATIENCE)
                .until(() -> learner.states.equals(List.of(ServingStatus.NOT_SERVING, ServingStatus.SERVING)));
        assertThat(unknown.end).isNull();
        assertThat(unknown.states).hasSize(1);
    }
}
