package io.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.lockstep.client.Failure.Effect;
import io.lockstep.client.Failure.Retry;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class FailureTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    # code            | text                                                                  | effect   | retry
                    UNAVAILABLE       | etcdserver: no leader                                                 | DEFINITE | AFTER_BACKOFF
                    UNKNOWN           | etcdserver: too many requests                                         | DEFINITE | AFTER_BACKOFF
                    FAILED_PRECONDITION | etcdserver: rpc not supported for learner                           | DEFINITE | NEXT_ENDPOINT
                    UNAVAILABLE       | etcdserver: rpc not supported for learner                             | DEFINITE | NEXT_ENDPOINT
                    INVALID_ARGUMENT  | etcdserver: request is too large                                      | DEFINITE | NEVER
                    INVALID_ARGUMENT  | etcdserver: duplicate key given in txn request                        | DEFINITE | NEVER
                    OUT_OF_RANGE      | etcdserver: mvcc: required revision has been compacted                | DEFINITE | NEVER
                    NOT_FOUND         | etcdserver: requested lease not found                                 | DEFINITE | NEVER
                    PERMISSION_DENIED | etcdserver: permission denied                                         | DEFINITE | NEVER
                    UNAUTHENTICATED   | etcdserver: invalid auth token                                        | DEFINITE | NEVER
                    DATA_LOSS         | etcdserver: corrupt cluster                                           | DEFINITE | NEVER
                    RESOURCE_EXHAUSTED | grpc: received message larger than max (3 vs. 2)                     | DEFINITE | NEVER
                    RESOURCE_EXHAUSTED | gRPC message exceeds maximum size 2097152: 3000000                   | DEFINITE | NEVER
                    UNIMPLEMENTED     | unknown service etcdserverpb.KV                                       | DEFINITE | NEVER
                    RESOURCE_EXHAUSTED | grpc: trying to send message larger than max (3 vs. 2)               | UNKNOWN  | NEVER
                    RESOURCE_EXHAUSTED | etcdserver: mvcc: database space exceeded                            | UNKNOWN  | NEVER
                    UNAVAILABLE       | etcdserver: leader changed                                            | UNKNOWN  | NEVER
                    UNAVAILABLE       | etcdserver: server stopped                                            | UNKNOWN  | NEVER
                    UNAVAILABLE       | etcdserver: request timed out                                         | UNKNOWN  | NEVER
                    UNAVAILABLE       | etcdserver: request timed out, possibly due to previous leader failure | UNKNOWN | NEVER
                    UNAVAILABLE       | etcdserver: request timed out, possibly due to connection lost        | UNKNOWN  | NEVER
                    UNAVAILABLE       | Network closed for unknown reason                                     | UNKNOWN  | NEVER
                    UNAVAILABLE       | io exception                                                          | UNKNOWN  | NEVER
                    DEADLINE_EXCEEDED | deadline exceeded after 1.9s                                          | UNKNOWN  | NEVER
                    CANCELLED         | etcdserver: request canceled                                          | UNKNOWN  | NEVER
                    INTERNAL          | RST_STREAM closed stream. HTTP/2 error code: INTERNAL_ERROR           | UNKNOWN  | NEVER
                    ABORTED           | whatever                                                              | UNKNOWN  | NEVER
                    DATA_LOSS         | whatever                                                              | UNKNOWN  | NEVER
                    UNKNOWN           | raft proposal dropped                                                 | UNKNOWN  | NEVER
                    """)
    void write_handedToAConnection_isJudgedByCodeAndText(Status.Code code, String text, Effect effect, Retry retry) {
        Failure failure = Failure.of(code.toStatus().withDescription(text), true, true);

        assertThat(failure.effect()).isEqualTo(effect);
        assertThat(failure.retry()).isEqualTo(retry);
    }

    @ParameterizedTest
    @EnumSource(value = Status.Code.class, mode = EnumSource.Mode.EXCLUDE, names = "OK")
    void write_withUnknownEffect_isNeverTriedAgain(Status.Code code) {
        Failure failure = Failure.of(code.toStatus().withDescription("whatever"), true, true);

        assertThat(failure.effect() == Effect.UNKNOWN && failure.retry() != Retry.NEVER)
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource(value = Status.Code.class, mode = EnumSource.Mode.EXCLUDE, names = "OK")
    void write_neverHandedToAConnection_isDefinite(Status.Code code) {
        assertThat(Failure.of(code.toStatus(), true, false).effect()).isEqualTo(Effect.DEFINITE);
    }

    @Test
    void read_whateverHappens_isDefinite() {
        assertThat(Arrays.stream(Status.Code.values()).filter(code -> code != Status.Code.OK))
                .allSatisfy(code -> assertThat(
                                Failure.of(code.toStatus(), false, true).effect())
                        .isEqualTo(Effect.DEFINITE));
    }

    @Test
    void message_ofGrpcWithItsPipeline_isOneLine() {
        Status status = Status.UNAVAILABLE
                .withDescription("io exception\nChannel Pipeline: [a, b]")
                .withCause(new java.net.ConnectException("Connection refused: localhost/127.0.0.1:1"));

        assertThat(Failure.of(status, false, false).text()).isEqualTo("Connection refused: localhost/127.0.0.1:1");
    }
}
