package io.lockstep.node.rpc.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.node.rpc.port.TestPort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The limits of an HTTP/1 connection, and its life. */
class HttpSideTest {
    private static final HttpLimits SMALL =
            new HttpLimits(Duration.ofSeconds(20), Duration.ofMillis(400), Duration.ofMillis(400), 1024, 2048, 4096);

    private TestPort port;

    @BeforeEach
    void start() throws IOException {
        port = new TestPort(TestPort.LIMITS, SMALL);
    }

    @AfterEach
    void stop() {
        port.close();
    }

    @Test
    void request_neverComplete_isCutOffThoughBytesKeepComing() throws Exception {
        try (Socket socket = port.connect()) {
            write(socket, "GET /version HTTP/1.1\r\nX-Slow: ");
            long begun = System.nanoTime();
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(50))
                    .atMost(Duration.ofSeconds(8))
                    .until(() -> {
                        try {
                            write(socket, "a");
                            return socket.getInputStream().available() < 0 || isClosed(socket);
                        } catch (SocketException closed) {
                            return true;
                        }
                    });
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
        }
    }

    @Test
    void connection_idleAfterAnAnswer_isClosed() throws IOException {
        try (Socket socket = port.connect()) {
            write(socket, "GET /version HTTP/1.1\r\nHost: x\r\n\r\n");

            assertThat(readAll(socket)).startsWith("HTTP/1.1 200 OK").doesNotContain("connection: close");
        }
    }

    @Test
    void firstLineHeadersOrBody_tooLong_areRefusedByName() throws IOException {
        assertThat(talk("GET /" + "a".repeat(2000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
                .startsWith("HTTP/1.1 414 ");
        assertThat(talk("GET /version HTTP/1.1\r\nX: " + "a".repeat(4000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ");
        assertThat(talk("POST /v3/kv/put HTTP/1.1\r\nContent-Length: 5000\r\n\r\n" + "a".repeat(5000)))
                .startsWith("HTTP/1.1 413 ");
        assertThat(talk("POST /v3/kv/put HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n" + "a".repeat(5000)
                        + "\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
        assertThat(talk("GET /version NOT-HTTP\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void requests_pipelined_areAnsweredInOrder() throws IOException {
        String get = " HTTP/1.1\r\nHost: x\r\n\r\n";
        String answers = talk("GET /metrics" + get + "GET /version" + get + "GET /health" + get + "GET /nope" + get);

        int metrics = answers.indexOf("etcd_server_has_leader");
        int version = answers.indexOf("etcdcluster\":");
        int health = answers.indexOf("{\"health\"");
        int nope = answers.indexOf("404 page not found");
        assertThat(metrics).isPositive().isLessThan(version);
        assertThat(health).isGreaterThan(version).isLessThan(nope);
    }

    @Test
    void client_leavingBeforeTheAnswer_cancelsItsCall() throws IOException {
        port.node.silent = true;
        try (Socket socket = port.connect()) {
            write(socket, "POST /v3/kv/put HTTP/1.1\r\nContent-Length: 14\r\n\r\n{\"key\":\"Zm9v\"}");
            Awaitility.await().until(() -> port.node.unanswered.size() == 1);
        }

        Awaitility.await().until(() -> port.node.unanswered.get(0).isCancelled());
    }

    @Test
    void connectionClose_asked_isObeyed() throws IOException {
        try (Socket socket = port.connect()) {
            write(socket, "GET /version HTTP/1.0\r\n\r\n");

            assertThat(readAll(socket)).contains("etcdserver");
        }
    }

    @Test
    void expectContinue_isAnsweredFirst() throws IOException {
        try (Socket socket = port.connect()) {
            write(socket, "POST /v3/kv/range HTTP/1.1\r\nContent-Length: 14\r\nExpect: 100-continue\r\n\r\n");
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));

            assertThat(in.readLine()).isEqualTo("HTTP/1.1 100 Continue");
            write(socket, "{\"key\":\"Zm9v\"}");
            assertThat(in.readLine()).isEmpty();
            assertThat(in.readLine()).isEqualTo("HTTP/1.1 200 OK");
        }
    }

    @Test
    void close_withAnOpenConnection_endsIt() throws IOException {
        try (TestPort other = new TestPort();
                Socket socket = other.connect()) {
            write(socket, "GET /version HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(socket.getInputStream().read()).isEqualTo('H');

            other.port.close();

            assertThat(readAll(socket)).contains("etcdserver");
        }
    }

    private String talk(String request) throws IOException {
        try (Socket socket = port.connect()) {
            write(socket, request);
            return readAll(socket);
        }
    }

    private static boolean isClosed(Socket socket) throws IOException {
        socket.setSoTimeout(1);
        try {
            return socket.getInputStream().read() == -1;
        } catch (java.net.SocketTimeoutException open) {
            return false;
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String readAll(Socket socket) throws IOException {
        StringBuilder text = new StringBuilder();
        try {
            for (int b = socket.getInputStream().read();
                    b >= 0;
                    b = socket.getInputStream().read()) {
                text.append((char) b);
            }
        } catch (SocketException reset) {
            // What came before counts.
        }
        return text.toString();
    }
}
