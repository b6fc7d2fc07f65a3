package io.lockstep.client;

import static io.lockstep.client.FakeMember.Fault.afterApplying;
import static io.lockstep.client.FakeMember.Fault.before;
import static io.lockstep.client.FakeMember.Fault.silenceAfterApplying;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class KvClientTest {
    private static final ByteString KEY = ByteString.copyFromUtf8("k");
    private static final Status NO_LEADER = Status.UNAVAILABLE.withDescription("etcdserver: no leader");
    private static final Status TIMED_OUT = Status.UNAVAILABLE.withDescription("etcdserver: request timed out");

    private static KvClientBuilder builder(String... endpoints) {
        return KvClient.builder().endpoints(endpoints).timeout(Duration.ofSeconds(10));
    }

    /** A port where nobody listens. */
    private static String nobody() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "127.0.0.1:" + socket.getLocalPort();
        }
    }

    @Test
    void write_failedAfterItWasApplied_isUnknownAndNotRepeated() {
        try (FakeMember one = new FakeMember();
                FakeMember two = new FakeMember();
                KvClient client = builder(one.endpoint(), two.endpoint()).build()) {
            one.next(afterApplying(TIMED_OUT));

            UnknownOutcome failure = catchThrowableOfType(
                    UnknownOutcome.class, () -> client.sync().put("k", "v"));

            assertThat(failure).hasMessage("etcdserver: request timed out");
            assertThat(failure.attempts()).isEqualTo(1);
            assertThat(one.applied.get() + two.applied.get()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UNAVAILABLE",
                "UNKNOWN",
                "INTERNAL",
                "ABORTED",
                "CANCELLED",
                "DEADLINE_EXCEEDED",
                "DATA_LOSS",
                "RESOURCE_EXHAUSTED"
            })
    void write_failedAfterItWasAppliedWithAnyTransientCode_happensOnce(String code) {
        try (FakeMember one = new FakeMember();
                FakeMember two = new FakeMember();
                KvClient client = builder(one.endpoint(), two.endpoint()).build()) {
            one.next(afterApplying(Status.Code.valueOf(code).toStatus()));

            assertThatThrownBy(() -> client.sync().put("k", "v")).isInstanceOf(UnknownOutcome.class);
            assertThat(one.applied.get() + two.applied.get()).isEqualTo(1);
        }
    }

    @Test
    void write_connectionLostAfterItWasApplied_isUnknownAndNotRepeated() {
        try (FakeMember one = new FakeMember();
                FakeMember two = new FakeMember();
                KvClient client = builder(one.endpoint(), two.endpoint()).build()) {
            one.next(silenceAfterApplying());
            CompletableFuture<?> put = client.put(KEY, KEY);
            await().until(() -> one.applied.get() == 1);

            one.close();

            assertThatThrownBy(put::join).hasCauseInstanceOf(UnknownOutcome.class);
            assertThat(two.calls).hasValue(0);
        }
    }

    @Test
    void write_noAnswerByTheDeadline_isUnknown() {
        try (FakeMember one = new FakeMember();
                KvClient client = builder(one.endpoint()).build()) {
            client.sync().get("connected from here on");
            one.next(silenceAfterApplying());

            UnknownOutcome failure = catchThrowableOfType(
                    UnknownOutcome.class,
                    () -> client.withTimeout(Duration.ofSeconds(1)).sync().put("k", "v"));

            assertThat(failure.code()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        }
    }

    @Test
    void write_refusedBeforeProposing_isRepeatedUntilItIsTaken() {
        try (FakeMember one = new FakeMember();
                KvClient client = builder(one.endpoint()).build()) {
            one.next(before(NO_LEADER), before(NO_LEADER), before(NO_LEADER));

            client.sync().put("k", "v");

            assertThat(one.calls).hasValue(4);
            assertThat(one.applied).hasValue(1);
        }
    }

    @Test
    void write_neverALeader_failsDefinitelyBeforeTheDeadline() {
        try (FakeMember one = new FakeMember();
                KvClient client =
                        builder(one.endpoint()).timeout(Duration.ofSeconds(2)).build()) {
            client.withTimeout(Duration.ofSeconds(10)).sync().get("connected from here on");
            for (int i = 0; i < 100; i++) {
                one.next(before(NO_LEADER));
            }
            long start = System.nanoTime();

            assertThatThrownBy(() -> client.sync().put("k", "v"))
                    .isInstanceOf(DefiniteFailure.class)
                    .hasMessage("etcdserver: no leader");
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(2));
            assertThat(one.calls.get()).isBetween(3, 21);
        }
    }

    @Test
    void write_oneSaysNoLeaderAndOthersAreGone_failsWithTheWordOfTheOneThatAnswered() throws IOException {
        String gone = nobody();
        String alsoGone = nobody();
        try (FakeMember one = new FakeMember();
                KvClient client = builder(one.endpoint(), gone, alsoGone)
                        .timeout(Duration.ofSeconds(20))
                        // After these attempts the last word is a refused connection's.
                        .retries(new RetryPolicy(6, 6, Duration.ofMillis(5), Duration.ofMillis(5)))
                        .build()) {
            one.next(before(NO_LEADER), before(NO_LEADER));

            DefiniteFailure failure = catchThrowableOfType(
                    DefiniteFailure.class, () -> client.sync().put("k", "v"));

            assertThat(failure).hasMessage("etcdserver: no leader");
            assertThat(failure.made())
                    .isEqualTo(new ClientException.Attempts(6, one.endpoint(), 3, List.of(gone, alsoGone)));
        }
    }

    @Test
    void write_unknownAfterDefiniteFailures_isUnknown() throws IOException {
        try (FakeMember one = new FakeMember();
                KvClient client = builder(nobody(), one.endpoint()).build()) {
            one.next(before(NO_LEADER), afterApplying(Status.UNAVAILABLE));

            UnknownOutcome failure = catchThrowableOfType(
                    UnknownOutcome.class, () -> client.sync().put("k", "v"));

            assertThat(failure).hasMessage("UNAVAILABLE");
            assertThat(failure.endpoint()).isEqualTo(one.endpoint());
            assertThat(one.applied).hasValue(1);
        }
    }

    @Test
    void write_rejected_isDefiniteAndNotRepeated() {
        try (FakeMember one = new FakeMember();
                KvClient client = builder(one.endpoint()).build()) {
            one.next(before(Status.INVALID_ARGUMENT.withDescription("etcdserver: key is not provided")));

            assertThatThrownBy(() -> client.sync().put("", "v"))
                    .isInstanceOf(DefiniteFailure.class)
                    .hasMessage("etcdserver: key is not provided");
            assertThat(one.calls).hasValue(1);
        }
    }

    @Test
    void write_firstEndpointIsDown_goesToTheNext() throws IOException {
        try (FakeMember two = new FakeMember();
                KvClient client = builder(nobody(), two.endpoint()).build()) {
            client.sync().put("k", "v");

            assertThat(two.applied).hasValue(1);
        }
    }

    @Test
    void write_nobodyListens_isDefinite() throws IOException {
        try (KvClient client = builder(nobody())
                .retries(RetryPolicy.DEFAULT.withMaxUnreached(2))
                .build()) {
            DefiniteFailure failure = catchThrowableOfType(
                    DefiniteFailure.class, () -> client.sync().put("k", "v"));

            assertThat(failure).hasMessageContaining("Connection refused");
            assertThat(failure.attempts()).isEqualTo(2);
        }
    }

    @Test
    void read_connectionLost_isRepeatedElsewhere() {
        try (FakeMember one = new FakeMember();
                FakeMember two = new FakeMember();
                KvClient client = builder(one.endpoint(), two.endpoint()).build()) {
            one.next(silenceAfterApplying());
            CompletableFuture<?> get = client.get(KEY);
            await().until(() -> one.calls.get() == 1);

            one.close();

            get.join();
            assertThat(two.calls).hasValue(1);
        }
    }

    @Test
    void read_firstEndpointIsSilent_isAnsweredByTheNextWithinTheDeadline() {
        try (FakeMember one = new FakeMember();
                FakeMember two = new FakeMember();
                KvClient client = builder(one.endpoint(), two.endpoint()).build()) {
            one.next(silenceAfterApplying());

            assertThat(client.sync().get("k").getCount()).isEqualTo(1);
            assertThat(two.calls).hasValue(1);
        }
    }

    @Test
    void txn_onlyReads_isRepeatedLikeARead() {
        try (FakeMember one = new FakeMember();
                KvClient client = builder(one.endpoint()).build()) {
            one.next(before(TIMED_OUT));

            client.sync().commit(Txn.when(Compare.exists(KEY)).then(Op.get(KEY)));

            assertThat(one.calls).hasValue(2);
        }
    }

    @Test
    void txn_thatMayWriteInANestedBranch_isNotRepeated() {
        try (FakeMember one = new FakeMember();
                KvClient client = builder(one.endpoint()).build()) {
            one.next(before(TIMED_OUT));

            assertThatThrownBy(() ->
                            client.sync().commit(Txn.of(Op.txn(Txn.when().otherwise(Op.delete(KEY))))))
                    .isInstanceOf(UnknownOutcome.class);
            assertThat(one.calls).hasValue(1);
        }
    }

    @Test
    void cancel_ofTheFuture_endsTheCall() {
        try (FakeMember one = new FakeMember();
                KvClient client = builder(one.endpoint()).build()) {
            one.next(silenceAfterApplying());
            CompletableFuture<?> get = client.get(KEY);
            await().until(() -> one.calls.get() == 1);

            get.cancel(true);

            assertThat(get).isCancelled();
            assertThat(client.sync().get("k").getCount()).isEqualTo(1);
        }
    }

    @Test
    void sync_calledOnCallbackThreads_doesNotWaitForItself() {
        try (FakeMember one = new FakeMember();
                KvClient client = builder(one.endpoint()).build()) {
            CompletableFuture<?>[] chains = new CompletableFuture<?>[16];
            for (int i = 0; i < chains.length; i++) {
                chains[i] = client.get(KEY).thenApply(first -> client.sync().get("k"));
            }

            CompletableFuture.allOf(chains).join();

            assertThat(one.calls).hasValue(32);
        }
    }

    @Test
    void close_withCallsInEveryState_endsThemAllAndLeavesNoThread() throws IOException {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (FakeMember silent = new FakeMember();
                FakeMember refusing = new FakeMember()) {
            for (int i = 0; i < 1000; i++) {
                silent.next(silenceAfterApplying());
                refusing.next(before(NO_LEADER));
            }
            List<CompletableFuture<?>> calls = new ArrayList<>();
            List<KvClient> clients = List.of(
                    builder(silent.endpoint(), nobody(), nobody()).build(),
                    builder(nobody(), refusing.endpoint(), nobody()).build(),
                    builder(nobody()).build(),
                    // A name look-up under way.
                    builder("no-such-host.invalid:1", silent.endpoint()).build(),
                    builder(silent.endpoint(), refusing.endpoint())
                            .limits(new CallLimits(2, 1 << 20, 100))
                            .build());
            GetOptions stale = GetOptions.DEFAULT.consistency(Consistency.stale());
            for (KvClient client : clients) {
                for (int i = 0; i < 10; i++) {
                    calls.add(client.put(KEY, KEY));
                    calls.add(client.get(KEY));
                    calls.add(client.get(KEY, stale));
                }
            }
            await().until(() -> silent.calls.get() > 20 && refusing.calls.get() > 20);

            clients.forEach(KvClient::close);

            assertThat(newThreads(before, "lockstep-client")).isEmpty();
            assertThat(calls)
                    .allSatisfy(call -> assertThatThrownBy(call::join)
                            .isInstanceOf(CompletionException.class)
                            .hasCauseInstanceOf(ClientException.class));
        }
        // Those of the network library that all clients of a process share end a second after the last one.
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(newThreads(before, "globalEventExecutor", "grpc-timer"))
                        .isEmpty());
    }

    @Test
    void close_inACallback_comesBack() {
        try (FakeMember one = new FakeMember()) {
            KvClient client = builder(one.endpoint()).build();

            client.get(KEY).thenRun(client::close).join();

            assertThatThrownBy(() -> client.sync().get("k")).isInstanceOf(DefiniteFailure.class);
        }
    }

    /** Those of the fake servers apart, which are the test's own. */
    private static Set<String> newThreads(Set<Thread> before, String... prefixes) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread) && thread.isAlive())
                .map(Thread::getName)
                .filter(name -> Arrays.stream(prefixes).anyMatch(name::startsWith))
                .collect(Collectors.toSet());
    }

    @Test
    void call_afterClose_failsAtOnce() {
        KvClient client = builder("127.0.0.1:1").build();
        client.close();

        assertThatThrownBy(() -> client.sync().get("k")).isInstanceOf(DefiniteFailure.class);
    }
}
