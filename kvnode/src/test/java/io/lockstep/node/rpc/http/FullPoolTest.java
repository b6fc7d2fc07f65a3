package io.lockstep.node.rpc.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.node.apply.CommandResult;
import io.lockstep.node.rpc.RpcLimits;
import io.lockstep.node.rpc.port.TestPort;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The gateway while every thread and place of the read pool is taken by scans. */
class FullPoolTest {
    private static final RpcLimits ONE_THREAD = new RpcLimits(
            1 << 20,
            128,
            Duration.ofSeconds(7),
            1,
            1,
            Duration.ofDays(1),
            100,
            100,
            1 << 20,
            100,
            Duration.ofSeconds(3),
            Duration.ofMinutes(5));
    private static final RangeRequest SCAN = RangeRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8("a"))
            .setRangeEnd(ByteString.copyFromUtf8("z"))
            .setSerializable(true)
            .build();

    private TestPort port;

    @BeforeEach
    void start() throws Exception {
        port = new TestPort(ONE_THREAD, HttpLimits.of(ONE_THREAD));
    }

    @AfterEach
    void stop() {
        port.node.viewsOpen.countDown();
        port.close();
    }

    @Test
    void newCall_isRefusedAsTooMany() throws Exception {
        fillPool();

        HttpResponse<String> range = port.post("/v3/kv/range", "{\"key\":\"YQ==\"}");
        assertThat(range.body()).isEqualTo("{\"code\":2,\"message\":\"etcdserver: too many requests\"}");
        assertThat(range.statusCode()).isEqualTo(500);
        assertThat(port.get("/metrics").statusCode()).isEqualTo(503);
    }

    @Test
    @SuppressWarnings("unchecked") // A fake's list of futures of both kinds.
    void committedWrite_isStillAnswered() {
        port.node.silent = true;
        CompletableFuture<HttpResponse<String>> put = CompletableFuture.supplyAsync(() -> {
            try {
                return port.post("/v3/kv/put", "{\"key\":\"YQ==\"}");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        Awaitility.await().until(() -> port.node.unanswered.size() == 1);
        fillPool();

        ((CompletableFuture<CommandResult>) port.node.unanswered.get(0))
                .complete(new CommandResult(1, 2, 3, PutResponse.getDefaultInstance(), null));

        assertThat(put).succeedsWithin(Duration.ofSeconds(10));
        assertThat(put.join().statusCode()).isEqualTo(200);
    }

    private void fillPool() {
        port.node.viewsOpen = new CountDownLatch(1);
        KVGrpc.KVFutureStub kv = KVGrpc.newFutureStub(port.channel());
        // One on the thread, one in the queue; that a third is refused shows that both are there.
        Awaitility.await().until(() -> {
            CompletableFuture<Boolean> refused = new CompletableFuture<>();
            var answer = kv.range(SCAN);
            answer.addListener(() -> refused.complete(true), Runnable::run);
            return refused.completeOnTimeout(false, 300, TimeUnit.MILLISECONDS).get();
        });
    }
}
