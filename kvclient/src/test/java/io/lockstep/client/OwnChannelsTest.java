package io.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client whose channels are the user's, here in-process ones. */
@Timeout(60)
final class OwnChannelsTest {
    private static final ByteString KEY = ByteString.copyFromUtf8("k");

    private final FakeMember member = new FakeMember();
    private final String name = InProcessServerBuilder.generateName();
    private final ManagedChannel channel = InProcessChannelBuilder.forName(name).build();
    private final ManagedChannel toNobody =
            InProcessChannelBuilder.forName("nobody-" + name).build();
    private Server server;

    @BeforeEach
    void start() throws IOException {
        server = InProcessServerBuilder.forName(name)
                .addService(member.service())
                .build()
                .start();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        toNobody.shutdownNow();
        server.shutdownNow();
        member.close();
    }

    private KvClientBuilder builder() {
        return KvClient.builder().channels(List.of(toNobody, channel)).timeout(Duration.ofSeconds(10));
    }

    @Test
    void write_firstChannelReachesNobody_goesToTheNext() {
        try (KvClient client = builder().build()) {
            client.sync().put("k", "v");

            assertThat(member.applied).hasValue(1);
            assertThat(client.endpoints()).hasToString("[channel:1, channel:2]");
        }
    }

    @Test
    void write_failedAfterItWasApplied_isUnknownAndNotRepeated() {
        member.next(FakeMember.Fault.afterApplying(Status.UNAVAILABLE));
        try (KvClient client =
                KvClient.builder().channels(List.of(channel, channel)).build()) {
            assertThatThrownBy(() -> client.sync().put("k", "v")).isInstanceOf(UnknownOutcome.class);
            assertThat(member.applied).hasValue(1);
        }
    }

    @Test
    void range_ofOneMember_isAskedByItsName() {
        try (KvClient client = builder().build()) {
            Endpoint second = client.endpoints().get(1);

            client.sync().range(second, GetOptions.DEFAULT.toRequest(KEY));

            assertThat(member.reads).hasValue(1);
        }
    }

    @Test
    void close_callUnderWay_endsTheCallAndNotTheChannel() {
        KvClient client = builder().build();
        member.next(FakeMember.Fault.silenceAfterApplying());
        CompletableFuture<?> put = client.put(KEY, KEY);
        await().until(() -> member.applied.get() == 1);

        client.close();

        assertThat(put).as("ended by the close").isDone();
        assertThatThrownBy(put::join).hasCauseInstanceOf(UnknownOutcome.class);
        assertThat(channel.isShutdown()).isFalse();
        assertThatThrownBy(() -> client.sync().get("k"))
                .isInstanceOf(DefiniteFailure.class)
                .hasMessageContaining("closed");
    }

    @Test
    void build_endpointsAndChannels_isRefused() {
        assertThatThrownBy(() -> builder().endpoints("127.0.0.1:1").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("both are given");
    }
}
