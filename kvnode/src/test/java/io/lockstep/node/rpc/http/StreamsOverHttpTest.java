package io.lockstep.node.rpc.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.lockstep.api.SnapshotResponse;
import io.lockstep.node.rpc.EchoStream;
import io.lockstep.node.rpc.RpcLimits;
import io.lockstep.node.rpc.port.TestPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams over the JSON gateway, byte for byte where etcd's answers are known. */
class StreamsOverHttpTest {
    private final EchoStream echo = new EchoStream();
    private TestPort port;

    @BeforeEach
    void start() throws IOException {
        port = new TestPort(RpcLimits.defaults().withElectionTimeout(Duration.ofMillis(100)), echo.table());
    }

    @AfterEach
    void stop() {
        port.close();
    }

    @Test
    void objectsOneBehindTheOther_areAnsweredWithALineEach() throws Exception {
        var answer = port.post("/v3/lease/keepalive", "{\"ID\":\"7\"}{\"ID\":8}\n {\"ID\":\"9\"} ");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo("{\"result\":{\"ID\":\"7\"}}\n{\"result\":{\"ID\":\"8\"}}\n{\"result\":{\"ID\":\"9\"}}\n");
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(answer.headers().firstValue("access-control-allow-origin")).hasValue("*");
    }

    @Test
    void body_comingInPieces_isAnsweredAsItComes() throws IOException {
        try (Socket socket = port.connect()) {
            write(socket, "POST /v3/lease/keepalive HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            chunk(socket, "{\"I");
            chunk(socket, "D\":\"7\"}{\"ID\":");
            String first = readUntil(socket, "{\"result\":{\"ID\":\"7\"}}\n");
            assertThat(first).startsWith("HTTP/1.1 200 OK").doesNotContain("\"8\"");

            chunk(socket, "\"8\"}");
            readUntil(socket, "{\"result\":{\"ID\":\"8\"}}\n");
            write(socket, "0\r\n\r\n");
            readUntil(socket, "0\r\n\r\n");

            // The connection is good for more.
            write(socket, "GET /version HTTP/1.1\r\nHost: x\r\n\r\n");
            readUntil(socket, "etcdserver");
        }
    }

    @Test
    void stringsWithBracesAndQuotes_doNotEndAnObject() throws Exception {
        assertThat(port.post("/v3/lease/keepalive", "{\"x\":\"}{\\\"}\\\\\",\"ID\":\"7\",\"y\":[{}]}{\"ID\":\"8\"}")
                        .body())
                .isEqualTo("{\"result\":{\"ID\":\"7\"}}\n{\"result\":{\"ID\":\"8\"}}\n");
    }

    @Test
    void oneRequestMethod_isServedFromOneObjectOrNone() throws Exception {
        String three = "{\"result\":{\"remaining_bytes\":\"7\"}}\n".repeat(3);

        assertThat(port.post("/v3/maintenance/snapshot", "{}").body()).isEqualTo(three);
        assertThat(port.post("/v3/maintenance/snapshot", "").body()).isEqualTo(three);
    }

    @Test
    void failureBeforeAnyAnswer_hasItsHttpStatus() throws Exception {
        var answer = port.post("/v3/lease/keepalive", "{\"ID\":\"13\"}");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body())
                .isEqualTo("{\"error\":{\"code\":5,\"message\":\"etcdserver: requested lease not found\"}}\n");
    }

    @Test
    void failureBehindAnswers_isALineOfItsOwn() throws Exception {
        var answer = port.post("/v3/lease/keepalive", "{\"ID\":\"7\"}{\"ID\":\"13\"}{\"ID\":\"8\"}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo("{\"result\":{\"ID\":\"7\"}}\n"
                        + "{\"error\":{\"code\":5,\"message\":\"etcdserver: requested lease not found\"}}\n");
    }

    @Test
    void bodyThatIsNoRequest_isRefused() throws Exception {
        assertThat(port.post("/v3/lease/keepalive", "nonsense").body())
                .isEqualTo("{\"error\":{\"code\":3,\"message\":"
                        + "\"the body must be JSON objects one behind the other\"}}\n");
        assertThat(port.post("/v3/lease/keepalive", "{\"ID\":zz}").statusCode()).isEqualTo(400);
        assertThat(port.post("/v3/lease/keepalive", "{\"ID\":\"7\"").body()).contains("the body ends within an object");
        assertThat(port.get("/v3/lease/keepalive").statusCode()).isEqualTo(501);
        Awaitility.await().until(() -> echo.ended.get() == 3);
    }

    @Test
    void metadataInHeaders_isLookedAt() throws Exception {
        port.node.leader = 0;

        var answer = port.send("POST", "/v3/lease/keepalive", "{\"ID\":\"7\"}", "Grpc-Metadata-hasleader", "true");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo("{\"error\":{\"code\":14,\"message\":\"etcdserver: no leader\"}}\n");
    }

    @Test
    void leaderLost_endsTheStreamThatAskedForOne() throws IOException {
        echo.endWithClient = false;
        try (Socket socket = port.connect()) {
            write(
                    socket,
                    "POST /v3/lease/keepalive HTTP/1.1\r\nContent-Length: 10\r\nGrpc-Metadata-hasleader: true\r\n\r\n"
                            + "{\"ID\":\"7\"}");
            readUntil(socket, "\"7\"}}\n");

            port.node.leader = 0;

            readUntil(socket, "{\"error\":{\"code\":14,\"message\":\"etcdserver: no leader\"}}\n");
        }
    }

    @Test
    void answers_notTaken_stopTheSender() throws IOException {
        echo.snapshotAnswers = 1000;
        echo.snapshotAnswer = SnapshotResponse.newBuilder()
                .setBlob(ByteString.copyFrom(new byte[32 * 1024]))
                .build();
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(64 * 1024);
            socket.connect(port.address());
            socket.setSoTimeout(10_000);
            write(socket, "POST /v3/maintenance/snapshot HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}");
            Awaitility.await().until(() -> echo.sent.get() > 0);

            Awaitility.await().during(Duration.ofMillis(300)).until(() -> echo.sent.get() < 800);

            drainUntil(socket, "\r\n0\r\n\r\n");
            assertThat(echo.sent).hasValue(1000);
        }
    }

    @Test
    void clientLeaving_endsTheStream() throws IOException {
        echo.endWithClient = false;
        try (Socket socket = port.connect()) {
            write(socket, "POST /v3/lease/keepalive HTTP/1.1\r\nContent-Length: 10\r\n\r\n{\"ID\":\"7\"}");
            readUntil(socket, "\"7\"}}\n");
        }

        Awaitility.await().until(() -> echo.ended.get() == 1);
    }

    @Test
    void requestsBehindAStream_waitForItsEnd() throws IOException {
        String stream = "POST /v3/lease/keepalive HTTP/1.1\r\nContent-Length: 10\r\n\r\n{\"ID\":\"7\"}";
        try (Socket socket = port.connect()) {
            write(
                    socket,
                    "GET /version HTTP/1.1\r\n\r\n" + stream + "GET /version HTTP/1.1\r\n\r\n" + stream
                            + "GET /nope HTTP/1.0\r\n\r\n");

            String all = readUntil(socket, "404 page not found");
            assertThat(all.split("HTTP/1.1 200 OK", -1)).hasSize(5);
            assertThat(all.split("etcdcluster", -1)).hasSize(3);
            assertThat(all.split("result", -1)).hasSize(3);
        }
    }

    private static void drainUntil(Socket socket, String end) throws IOException {
        byte[] block = new byte[256 * 1024];
        String tail = "";
        while (!tail.endsWith(end)) {
            int read = socket.getInputStream().read(block);
            assertThat(read).isPositive();
            tail += new String(
                    block, Math.max(0, read - end.length()), Math.min(read, end.length()), StandardCharsets.US_ASCII);
            tail = tail.substring(Math.max(0, tail.length() - end.length()));
        }
    }

    private static void chunk(Socket socket, String text) throws IOException {
        write(socket, Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String readUntil(Socket socket, String end) throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] ending = end.getBytes(StandardCharsets.US_ASCII);
        byte[] window = new byte[ending.length];
        while (!java.util.Arrays.equals(window, ending)) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("the connection ended after: " + all.toString(StandardCharsets.US_ASCII));
            }
            all.write(b);
            System.arraycopy(window, 1, window, 0, window.length - 1);
            window[window.length - 1] = (byte) b;
        }
        return all.toString(StandardCharsets.US_ASCII);
    }
}
