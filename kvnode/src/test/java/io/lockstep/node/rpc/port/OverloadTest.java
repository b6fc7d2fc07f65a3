package io.lockstep.node.rpc.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.rpc.RpcLimits;
import io.lockstep.node.rpc.http.HttpLimits;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the port does with more than it can serve, stage by stage. */
class OverloadTest {
    private static final PutRequest PUT =
            PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build();
    private static final RangeRequest GET = RangeRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8("k"))
            .setSerializable(true)
            .build();

    private TestPort port;

    @AfterEach
    void stop() {
        port.close();
    }

    private void start(int maxCallsPerConnection, int maxOpenCalls, long maxAnswerBytes) throws IOException {
        RpcLimits limits = new RpcLimits(
                8 << 20,
                128,
                Duration.ofSeconds(7),
                2,
                100,
                Duration.ofSeconds(1),
                maxCallsPerConnection,
                maxOpenCalls,
                maxAnswerBytes,
                100,
                Duration.ofSeconds(3),
                Duration.ofMinutes(5));
        port = new TestPort(limits, HttpLimits.of(limits));
    }

    private List<ListenableFuture<PutResponse>> silentPuts(int count) {
        port.node.silent = true;
        List<ListenableFuture<PutResponse>> puts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            puts.add(KVGrpc.newFutureStub(port.channel()).put(PUT));
        }
        return puts;
    }

    private KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(port.channel()).withDeadlineAfter(Duration.ofSeconds(10));
    }

    @Test
    void call_beyondThoseOfItsConnection_waitsAtTheClient() throws Exception {
        start(3, 100, 1 << 20);
        kv().range(GET); // the connection is there, and its client knows how much it takes
        silentPuts(5);
        await().until(() -> port.node.unanswered.size() == 3);
        // A call of another connection is taken in meanwhile, so the two were not merely late.
        ManagedChannel other =
                NettyChannelBuilder.forAddress(port.address()).usePlaintext().build();
        var unused = KVGrpc.newFutureStub(other).put(PUT);
        await().until(() -> port.node.unanswered.size() == 4);
        port.node.unanswered.get(0).completeExceptionally(new KvException.Failed(KvError.TIMEOUT));
        await().untilAsserted(() -> assertThat(port.node.unanswered).hasSize(5));
        other.shutdownNow();
    }

    @Test
    void call_beyondThoseOfTheNode_isRefusedAndOthersMakeRoom() throws Exception {
        start(100, 2, 1 << 20);
        List<ListenableFuture<PutResponse>> puts = silentPuts(2);
        await().until(() -> port.node.unanswered.size() == 2);
        assertThatThrownBy(() -> kv().range(GET)).hasMessageContaining(KvError.TOO_MANY_REQUESTS.text());
        assertThat(port.post("/v3/kv/range", "{\"key\":\"aw==\"}").body()).contains(KvError.TOO_MANY_REQUESTS.text());
        assertThat(port.get("/metrics").body()).as("pages go on").contains("lockstep_open_calls 2.0");

        puts.forEach(put -> put.cancel(true));
        await().ignoreExceptions().until(() -> kv().range(GET).hasHeader());
    }

    /** The client asks for a large answer and then takes nothing of it. */
    private ClientCall<RangeRequest, RangeResponse> slowRead() {
        ClientCall<RangeRequest, RangeResponse> call =
                port.channel().newCall(KVGrpc.getRangeMethod(), CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<>() {}, new Metadata());
        call.sendMessage(GET);
        call.halfClose();
        return call;
    }

    @Test
    void answer_notTakenByItsClient_holdsUpOtherReadsUntilTheClientIsGone() throws Exception {
        start(100, 100, 1 << 20);
        kv().put(PUT.toBuilder()
                .setValue(ByteString.copyFrom(new byte[4 << 20]))
                .build());
        ClientCall<RangeRequest, RangeResponse> slow = slowRead();
        ManagedChannel other =
                NettyChannelBuilder.forAddress(port.address()).usePlaintext().build();
        KVGrpc.KVBlockingStub others = KVGrpc.newBlockingStub(other).withDeadlineAfter(Duration.ofSeconds(10));
        RangeRequest absent =
                GET.toBuilder().setKey(ByteString.copyFromUtf8("absent")).build();
        await().untilAsserted(() ->
                assertThatThrownBy(() -> others.range(absent)).hasMessageContaining(KvError.TOO_MANY_REQUESTS.text()));
        assertThat(others.put(PUT.toBuilder()
                                .setKey(ByteString.copyFromUtf8("w"))
                                .build())
                        .hasHeader())
                .as("writes go on")
                .isTrue();

        slow.cancel("enough", null);
        await().ignoreExceptions().until(() -> others.range(absent).hasHeader());
        other.shutdownNow();
    }

    @Test
    void httpAnswers_notTakenByTheirClient_areNotPiledUp() throws Exception {
        start(100, 100, 256 << 20);
        kv().put(PUT.toBuilder()
                .setValue(ByteString.copyFrom(new byte[1 << 20]))
                .build());
        byte[] body = "{\"key\":\"aw==\",\"serializable\":true}".getBytes(StandardCharsets.US_ASCII);
        byte[] request = ("POST /v3/kv/range HTTP/1.1\r\nhost: x\r\ncontent-length: " + body.length + "\r\n\r\n"
                        + new String(body, StandardCharsets.US_ASCII))
                .getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = port.connect()) {
            OutputStream out = socket.getOutputStream();
            for (int i = 0; i < 64; i++) {
                out.write(request);
            }
            out.flush();
            await().until(() -> heldBytes() > 0);
            assertThat(heldBytes()).as("of 64 answers").isLessThan(8 << 20);
            byte[] taken = new byte[1 << 16];
            long total = 0;
            while (total < 64L << 20) {
                total += socket.getInputStream().read(taken);
                assertThat(heldBytes()).isLessThan(8 << 20);
            }
        }
    }

    private double heldBytes() throws Exception {
        return port.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("lockstep_held_answer_bytes "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
                .findFirst()
                .orElseThrow();
    }
}
