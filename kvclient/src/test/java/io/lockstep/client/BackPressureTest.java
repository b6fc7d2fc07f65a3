package io.lockstep.client;

import static io.lockstep.client.FakeMember.Fault.before;
import static io.lockstep.client.FakeMember.Fault.silenceAfterApplying;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens when a caller is faster than the cluster. */
@Timeout(60)
final class BackPressureTest {
    private static final ByteString KEY = ByteString.copyFromUtf8("k");
    private static final Status TOO_MANY = Status.UNKNOWN.withDescription("etcdserver: too many requests");
    private static final Status TOO_MANY_AS_A_LIBRARY_SENDS_IT =
            Status.RESOURCE_EXHAUSTED.withDescription("etcdserver: too many requests");

    private static KvClientBuilder builder(FakeMember member, CallLimits limits) {
        return KvClient.builder()
                .endpoints(member.endpoint())
                .timeout(Duration.ofSeconds(10))
                .limits(limits);
    }

    @Test
    void calls_beyondTheLimit_waitAndGoInOrder() {
        try (FakeMember member = new FakeMember();
                KvClient client = builder(member, new CallLimits(1, 1 << 20, 100))
                        .callbackExecutor(Runnable::run)
                        .build()) {
            member.delayMillis = 5;
            List<Integer> order = new CopyOnWriteArrayList<>();
            List<CompletableFuture<?>> puts = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                int number = i;
                puts.add(client.put(KEY, KEY).thenRun(() -> order.add(number)));
            }

            CompletableFuture.allOf(puts.toArray(CompletableFuture[]::new)).join();

            assertThat(order).isEqualTo(IntStream.range(0, 50).boxed().toList());
            assertThat(member.highestConcurrency).hasValue(1);
        }
    }

    @Test
    void bytes_beyondTheLimit_wait() {
        try (FakeMember member = new FakeMember();
                KvClient client =
                        builder(member, new CallLimits(100, 10_000, 100)).build()) {
            member.delayMillis = 20;
            ByteString large = ByteString.copyFrom(new byte[4_000]);
            CompletableFuture<?>[] puts = new CompletableFuture<?>[2];
            for (int i = 0; i < puts.length; i++) {
                puts[i] = CompletableFuture.allOf(client.put(KEY, large), client.put(KEY, large));
            }

            CompletableFuture.allOf(puts).join();

            assertThat(member.highestConcurrency).hasValue(2);
        }
    }

    @Test
    void call_thatWouldFit_doesNotOvertakeALargerOneThatWaits() {
        try (FakeMember member = new FakeMember();
                KvClient client =
                        builder(member, new CallLimits(100, 10_000, 100)).build()) {
            member.delayMillis = 100;
            ByteString large = ByteString.copyFrom(new byte[6_000]);
            CompletableFuture<?> first = client.put(KEY, large);
            CompletableFuture<?> second = client.put(KEY, large);
            CompletableFuture<?> small = client.put(KEY, ByteString.copyFrom(new byte[1]));

            CompletableFuture.allOf(first, second, small).join();

            assertThat(member.putBytes).containsExactly(6_000, 6_000, 1);
        }
    }

    @Test
    void call_largerThanTheLimit_goesAlone() {
        try (FakeMember member = new FakeMember();
                KvClient client = builder(member, new CallLimits(100, 10, 100)).build()) {
            client.put(KEY, ByteString.copyFrom(new byte[1_000])).join();

            assertThat(member.applied).hasValue(1);
        }
    }

    @Test
    void call_nothingMayWait_isRefusedAtOnce() {
        try (FakeMember member = new FakeMember();
                KvClient client = builder(member, CallLimits.DEFAULT.refuseWhenFull())
                        .limits(new CallLimits(1, 1 << 20, 0))
                        .build()) {
            member.next(silenceAfterApplying());
            CompletableFuture<?> first = client.put(KEY, KEY);
            await().until(() -> member.applied.get() == 1);

            DefiniteFailure refused = catchThrowableOfType(
                    DefiniteFailure.class, () -> client.sync().put("k", "v"));

            assertThat(refused.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(refused.attempts()).isZero();
            assertThat(first).isNotDone();
            assertThat(member.applied).hasValue(1);
        }
    }

    @Test
    void call_noPlaceToWait_isRefusedAndTheOthersGoOn() {
        try (FakeMember member = new FakeMember();
                KvClient client = builder(member, new CallLimits(1, 1 << 20, 1)).build()) {
            member.delayMillis = 100;
            CompletableFuture<?> goes = client.put(KEY, KEY);
            CompletableFuture<?> waits = client.put(KEY, KEY);
            CompletableFuture<?> tooMany = client.put(KEY, KEY);

            assertThatThrownBy(tooMany::join).hasCauseInstanceOf(DefiniteFailure.class);
            CompletableFuture.allOf(goes, waits).join();
        }
    }

    @Test
    void call_itsTurnDoesNotComeByTheDeadline_failsDefinitely() {
        try (FakeMember member = new FakeMember();
                KvClient client =
                        builder(member, new CallLimits(1, 1 << 20, 10)).build()) {
            member.next(silenceAfterApplying());
            CompletableFuture<?> first = client.put(KEY, KEY);
            await().until(() -> member.applied.get() == 1);

            DefiniteFailure late = catchThrowableOfType(
                    DefiniteFailure.class,
                    () -> client.withTimeout(Duration.ofMillis(200)).sync().put("k", "v"));

            assertThat(late.code()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
            assertThat(late.attempts()).isZero();
            assertThat(first).isNotDone();
            assertThat(member.applied).hasValue(1);
        }
    }

    @Test
    void call_cancelledWhileItWaits_givesItsPlaceToAnother() {
        try (FakeMember member = new FakeMember();
                KvClient client = builder(member, new CallLimits(1, 1 << 20, 1)).build()) {
            member.delayMillis = 200;
            CompletableFuture<?> goes = client.put(KEY, KEY);
            CompletableFuture<?> cancelled = client.put(KEY, KEY);
            cancelled.cancel(false);

            client.put(KEY, KEY).join();

            assertThat(goes).isCompleted();
            assertThat(member.applied).hasValue(2);
        }
    }

    @Test
    void write_tooManyRequests_isTriedAgainWithGrowingPauses() {
        try (FakeMember member = new FakeMember();
                KvClient client = builder(member, CallLimits.DEFAULT)
                        .retries(new RetryPolicy(20, 20, Duration.ofMillis(20), Duration.ofMillis(500)))
                        .build()) {
            client.sync().get("connected from here on");
            member.next(before(TOO_MANY), before(TOO_MANY_AS_A_LIBRARY_SENDS_IT), before(TOO_MANY), before(TOO_MANY));
            long start = System.nanoTime();

            client.sync().put("k", "v");

            assertThat(member.applied).hasValue(1);
            // Pauses of at least 10, 20, 40 and 80 ms.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(150));
        }
    }

    @Test
    void write_alwaysTooManyRequests_failsDefinitelyBeforeTheDeadline() {
        try (FakeMember member = new FakeMember();
                KvClient client = builder(member, CallLimits.DEFAULT).build()) {
            client.sync().get("connected from here on");
            for (int i = 0; i < 100; i++) {
                member.next(before(TOO_MANY));
            }

            assertThatThrownBy(() ->
                            client.withTimeout(Duration.ofSeconds(2)).sync().put("k", "v"))
                    .isInstanceOf(DefiniteFailure.class)
                    .hasMessage("etcdserver: too many requests");
            assertThat(member.applied).hasValue(0);
        }
    }

    @Test
    void client_thatIsTooMuchForAServer_letsFewerCallsUnderWayAndThenMoreAgain() {
        try (FakeMember member = new FakeMember();
                KvClient client =
                        builder(member, new CallLimits(64, 1 << 20, 10_000)).build()) {
            for (int i = 0; i < 64; i++) {
                member.next(before(TOO_MANY));
            }
            Turnstile turnstile = client.turnstile();
            List<CompletableFuture<?>> puts = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                puts.add(client.put(KEY, KEY));
            }
            CompletableFuture.allOf(puts.toArray(CompletableFuture[]::new)).join();
            assertThat(turnstile.allowed())
                    .as("halved, and raised by one for each round of answers")
                    .isLessThan(48);

            await().untilAsserted(() -> {
                CompletableFuture.allOf(IntStream.range(0, 200)
                                .mapToObj(i -> client.get(KEY))
                                .toArray(CompletableFuture[]::new))
                        .join();
                assertThat(turnstile.allowed()).isEqualTo(64);
            });
        }
    }

    @Test
    void close_withCallsThatWait_failsThemDefinitely() {
        try (FakeMember member = new FakeMember()) {
            KvClient client = builder(member, new CallLimits(1, 1 << 20, 100)).build();
            member.next(silenceAfterApplying());
            CompletableFuture<?> underWay = client.put(KEY, KEY);
            await().until(() -> member.applied.get() == 1);
            List<CompletableFuture<?>> waiting = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                waiting.add(client.put(KEY, KEY));
            }

            client.close();

            assertThatThrownBy(underWay::join)
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(UnknownOutcome.class);
            assertThat(waiting)
                    .allSatisfy(call -> assertThatThrownBy(call::join)
                            .hasCauseInstanceOf(DefiniteFailure.class)
                            .hasMessageContaining("closed"));
        }
    }
}
