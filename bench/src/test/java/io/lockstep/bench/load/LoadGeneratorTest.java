package io.lockstep.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.bench.ceiling.NullServer;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LoadGeneratorTest {
    private static final LoadSpec.KeySpec FEW_KEYS = new LoadSpec.KeySpec(200, false, 32);

    @ParameterizedTest
    @EnumSource
    void closedLoop_ofEveryMix_completesCallsWithoutErrors(Mix mix) throws Exception {
        try (NullServer server = new NullServer(0)) {
            LoadSpec spec = new LoadSpec(mix, 4, 0, 0, 1, FEW_KEYS, 1);
            LoadResult result = run(server.endpoint(), spec);
            assertThat(result.errors()).isEmpty();
            assertThat(result.operations()).isPositive();
            assertThat(result.perSecond()).isPositive();
            assertThat(result.latencyMicros().p50()).isPositive();
            assertThat(result.latencyMicros().max())
                    .isGreaterThanOrEqualTo(result.latencyMicros().p99());
        }
    }

    private static LoadResult run(String endpoint, LoadSpec spec) throws InterruptedException {
        LoadSpec.Target target = new LoadSpec.Target(List.of(endpoint), 2);
        try (Connections connections = new Connections(target)) {
            LoadGenerator generator = new LoadGenerator(connections, target.connections());
            generator.preload(spec);
            return generator.run(spec);
        }
    }

    @Test
    void openLoop_atARate_beginsSoManyCalls() throws Exception {
        try (NullServer server = new NullServer(0)) {
            LoadResult result = run(server.endpoint(), new LoadSpec(Mix.PUT, 1, 200, 1, 2, FEW_KEYS, 1));
            assertThat(result.errors()).isEmpty();
            assertThat(result.operations()).isBetween(390L, 450L);
        }
    }

    /** A server that stands still once: a closed loop of one client sees one slow call, an open loop every call that was delayed. */
    @Test
    void openLoop_overAServerThatStalls_countsLatencyFromTheIntendedBegin() throws Exception {
        StallingKv kv = new StallingKv();
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .directExecutor()
                .addService(kv)
                .build()
                .start();
        try {
            LoadSpec.Target target = new LoadSpec.Target(List.of("127.0.0.1:" + server.getPort()), 1);
            try (Connections connections = new Connections(target)) {
                LoadResult result =
                        new LoadGenerator(connections, 1).run(new LoadSpec(Mix.PUT, 1, 200, 0, 2, FEW_KEYS, 1));
                assertThat(kv.stalled.getCount()).isZero();
                // About 120 of 400 calls were to begin during the stall: more than 5 percent of all waited over half of
                // it.
                assertThat(result.latencyMicros().p95()).isGreaterThan(200_000);
            }
        } finally {
            server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        }
    }

    private static final class StallingKv extends KVGrpc.KVImplBase {
        private static final int STALL_AT = 100;
        private static final long STALL_MILLIS = 600;

        private final AtomicInteger calls = new AtomicInteger();
        private final CountDownLatch stalled = new CountDownLatch(1);
        private final CountDownLatch never = new CountDownLatch(1);

        @Override
        public void put(PutRequest request, StreamObserver<PutResponse> observer) {
            if (calls.incrementAndGet() == STALL_AT) {
                try {
                    assertThat(never.await(STALL_MILLIS, TimeUnit.MILLISECONDS)).isFalse();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                stalled.countDown();
            }
            observer.onNext(PutResponse.getDefaultInstance());
            observer.onCompleted();
        }
    }

    @Test
    void closedLoop_withoutAServer_countsErrorsAndEnds() throws Exception {
        LoadSpec.Target target = new LoadSpec.Target(List.of("127.0.0.1:1"), 1);
        try (Connections connections = new Connections(target)) {
            LoadGenerator generator = new LoadGenerator(connections, 1);
            LoadResult result = generator.run(new LoadSpec(Mix.PUT, 2, 0, 0, 1, FEW_KEYS, 1));
            assertThat(result.operations()).isZero();
            assertThat(result.errors()).containsOnlyKeys("UNAVAILABLE");
            assertThatThrownBy(() -> generator.preload(new LoadSpec(Mix.GET, 2, 0, 0, 1, FEW_KEYS, 1)))
                    .isInstanceOf(LoadFailedException.class)
                    .hasMessageContaining("UNAVAILABLE");
        }
    }

    @Test
    void spec_outOfBounds_saysWhatIsAllowed() {
        assertThatThrownBy(() -> new LoadSpec(Mix.PUT, 0, 0, 0, 1, FEW_KEYS, 1))
                .hasMessage("clients is 0; allowed are 1 to 10000");
        assertThatThrownBy(() -> new LoadSpec.Target(List.of("nowhere"), 1))
                .hasMessage("endpoint nowhere is not host:port");
        assertThatThrownBy(() -> Mix.ofLabel("delete")).hasMessageContaining("txn-cas");
    }
}
