package io.lockstep.client;

import static io.lockstep.client.FakeMember.Fault.before;
import static io.lockstep.client.FakeMember.Fault.silenceAfterApplying;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which endpoint a read goes to. */
@Timeout(60)
final class NearestTest {
    private static final ByteString KEY = ByteString.copyFromUtf8("k");
    private static final Status LAGS =
            Status.UNAVAILABLE.withDescription("lockstep: this member lags more than was asked for");

    static List<Consistency> answeredByAMemberItself() {
        return List.of(Consistency.stale(), Consistency.atMost(Duration.ofMillis(500)), Consistency.atLeast(1));
    }

    private static KvClient client(String... endpoints) {
        return KvClient.builder()
                .endpoints(endpoints)
                .timeout(Duration.ofSeconds(10))
                .build();
    }

    private static void read(KvClient client, Consistency consistency) {
        client.sync().get(KEY, GetOptions.DEFAULT.consistency(consistency));
    }

    /** Until this member answers several reads in a row. */
    private static void awaitReadsAt(FakeMember member, KvClient client, Consistency consistency) {
        await().until(() -> {
            int before = member.reads.get();
            for (int i = 0; i < 5; i++) {
                read(client, consistency);
            }
            return member.reads.get() == before + 5;
        });
    }

    @ParameterizedTest
    @MethodSource("answeredByAMemberItself")
    void read_thatAMemberAnswersItself_goesToTheNearest(Consistency consistency) {
        try (FakeMember far = new FakeMember();
                FakeMember near = new FakeMember();
                FakeMember farther = new FakeMember();
                KvClient client = client(far.endpoint(), farther.endpoint(), near.endpoint())) {
            far.delayMillis = 60;
            farther.delayMillis = 120;

            awaitReadsAt(near, client, consistency);
        }
    }

    @Test
    void read_linearizable_staysWithTheFirst() {
        try (FakeMember far = new FakeMember();
                FakeMember near = new FakeMember();
                KvClient client = client(far.endpoint(), near.endpoint())) {
            far.delayMillis = 60;
            awaitReadsAt(near, client, Consistency.stale());
            int before = far.reads.get();

            read(client, Consistency.linearizable());
            client.sync().put("k", "v");

            assertThat(far.reads).hasValue(before + 1);
            assertThat(far.applied).hasValue(1);
        }
    }

    @Test
    void read_theNearestBecomesTheFarthest_goesToTheOther() {
        try (FakeMember one = new FakeMember();
                FakeMember two = new FakeMember();
                KvClient client = client(one.endpoint(), two.endpoint())) {
            two.delayMillis = 60;
            awaitReadsAt(one, client, Consistency.stale());

            one.delayMillis = 200;
            two.delayMillis = 0;

            // The other is only measured again by the next probe.
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> awaitReadsAt(two, client, Consistency.stale()));
        }
    }

    @Test
    void read_boundedAndTheNearestLags_isAnsweredByTheNext() {
        try (FakeMember near = new FakeMember();
                FakeMember far = new FakeMember();
                KvClient client = client(near.endpoint(), far.endpoint())) {
            far.delayMillis = 60;
            awaitReadsAt(near, client, Consistency.stale());
            near.next(before(LAGS));
            int before = far.reads.get();

            read(client, Consistency.atMost(Duration.ofMillis(10)));

            assertThat(far.reads).hasValue(before + 1);
        }
    }

    @Test
    void read_boundedAndAllLag_isRefusedWithTheirWord() {
        try (FakeMember one = new FakeMember();
                FakeMember two = new FakeMember();
                KvClient client = client(one.endpoint(), two.endpoint()).withTimeout(Duration.ofSeconds(1))) {
            for (int i = 0; i < 100; i++) {
                one.next(before(LAGS));
                two.next(before(LAGS));
            }

            assertThatThrownBy(() -> read(client, Consistency.atMost(Duration.ofMillis(10))))
                    .isInstanceOf(DefiniteFailure.class)
                    .hasMessage(LAGS.getDescription());
            assertThat(one.reads).hasPositiveValue();
            assertThat(two.reads).hasPositiveValue();
        }
    }

    @Test
    void read_theNearestIsSilent_isAnsweredByTheNextWithinTheDeadline() {
        try (FakeMember near = new FakeMember();
                FakeMember far = new FakeMember();
                KvClient client = client(near.endpoint(), far.endpoint()).withTimeout(Duration.ofSeconds(2))) {
            far.delayMillis = 30;
            awaitReadsAt(near, client, Consistency.stale());
            near.next(silenceAfterApplying());
            int before = far.reads.get();

            read(client, Consistency.stale());

            assertThat(far.reads).hasValue(before + 1);
        }
    }

    @Test
    void read_theNearestIsGone_isLeftAloneAndTakenBackWhenItAnswersProbes() throws IOException {
        String gone;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            gone = "127.0.0.1:" + socket.getLocalPort();
        }
        try (FakeMember far = new FakeMember();
                KvClient client = client(gone, far.endpoint())) {
            far.delayMillis = 60;
            read(client, Consistency.stale());
            awaitReadsAt(far, client, Consistency.stale());

            try (FakeMember back = new FakeMember(Endpoint.parse(gone).port())) {
                await().atMost(Duration.ofSeconds(40))
                        .untilAsserted(() -> awaitReadsAt(back, client, Consistency.stale()));
            }
        }
    }

    @Test
    void firstRead_ofAClient_connectsToOneMemberOnly() {
        try (FakeMember one = new FakeMember();
                FakeMember two = new FakeMember();
                KvClient client = client(one.endpoint(), two.endpoint())) {
            read(client, Consistency.stale());

            assertThat(one.reads).hasValue(1);
            assertThat(two.probes).hasValue(0);
        }
    }
}
