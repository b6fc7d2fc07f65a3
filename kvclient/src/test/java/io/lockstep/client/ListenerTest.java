package io.lockstep.client;

import static io.lockstep.client.FakeMember.Fault.afterApplying;
import static io.lockstep.client.FakeMember.Fault.before;
import static io.lockstep.client.FakeMember.Fault.silenceAfterApplying;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.lockstep.api.ResponseHeader;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client tells about its calls. */
@Timeout(60)
final class ListenerTest {
    private static final ByteString KEY = ByteString.copyFromUtf8("k");

    private final List<CallReport> reports = new CopyOnWriteArrayList<>();

    private KvClient client(FakeMember member) {
        return KvClient.builder()
                .endpoints(member.endpoint())
                .timeout(Duration.ofSeconds(10))
                .listener(reports::add)
                .build();
    }

    @Test
    void listener_readAnsweredAfterARetry_isToldOfAllOfIt() {
        try (FakeMember member = new FakeMember();
                KvClient client = client(member)) {
            member.header = ResponseHeader.newBuilder().setStalenessMillis(87).build();
            member.next(before(Status.UNAVAILABLE.withDescription("etcdserver: no leader")));

            client.sync().get("k");

            assertThat(reports).singleElement().satisfies(report -> {
                assertThat(report.method()).isEqualTo("etcdserverpb.KV/Range");
                assertThat(report.endpoint()).isEqualTo(member.endpoint());
                assertThat(report.attempts()).isEqualTo(2);
                assertThat(report.outcome()).isEqualTo(CallReport.Outcome.ANSWERED);
                assertThat(report.nanos()).isPositive();
                assertThat(report.staleness()).contains(Duration.ofMillis(87));
            });
        }
    }

    @Test
    void listener_eachWayToEnd_isToldWhich() {
        try (FakeMember member = new FakeMember();
                KvClient client = client(member)) {
            member.next(before(Status.INVALID_ARGUMENT), afterApplying(Status.UNAVAILABLE), silenceAfterApplying());

            assertThatThrownBy(() -> client.sync().put("k", "v")).isInstanceOf(DefiniteFailure.class);
            assertThatThrownBy(() -> client.sync().put("k", "v")).isInstanceOf(UnknownOutcome.class);
            CompletableFuture<?> cancelled = client.put(KEY, KEY);
            cancelled.cancel(false);
            await().until(() -> reports.size() == 3);

            assertThat(reports)
                    .extracting(CallReport::outcome)
                    .containsExactly(
                            CallReport.Outcome.FAILED, CallReport.Outcome.UNKNOWN, CallReport.Outcome.CANCELLED);
            assertThat(reports).extracting(CallReport::staleness).containsOnly(Optional.empty());
        }
    }

    @Test
    void listener_throws_callIsAnsweredAllTheSame() {
        try (FakeMember member = new FakeMember();
                KvClient client = KvClient.builder()
                        .endpoints(member.endpoint())
                        .listener(report -> {
                            throw new IllegalStateException("a metric that fails");
                        })
                        .build()) {
            client.get(KEY).join();
            client.sync().get("k");
        }
    }

    @Test
    void interceptors_eachCall_passesThroughThem() {
        List<String> methods = new CopyOnWriteArrayList<>();
        ClientInterceptor interceptor = new ClientInterceptor() {
            @Override
            public <Q, A> ClientCall<Q, A> interceptCall(
                    MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
                methods.add(method.getBareMethodName());
                return next.newCall(method, options);
            }
        };
        try (FakeMember member = new FakeMember();
                KvClient client = KvClient.builder()
                        .endpoints(member.endpoint())
                        .interceptors(interceptor)
                        .build()) {
            client.sync().put("k", "v");
            client.sync().get("k");

            assertThat(methods).containsExactly("Put", "Range");
        }
    }
}
