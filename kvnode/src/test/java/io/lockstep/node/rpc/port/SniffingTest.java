package io.lockstep.node.rpc.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.lockstep.node.rpc.http.HttpLimits;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a connection is taken for, by its bytes alone. */
class SniffingTest {
    static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    static final String EMPTY_SETTINGS = "\0\0\0\4\0\0\0\0\0";
    private static final HttpLimits SHORT =
            new HttpLimits(Duration.ofMillis(300), Duration.ofSeconds(20), Duration.ofSeconds(20), 1024, 2048, 4096);

    private TestPort port;

    @BeforeEach
    void start() throws IOException {
        port = new TestPort(TestPort.LIMITS, SHORT);
    }

    @AfterEach
    void stop() {
        port.close();
    }

    @Test
    void grpc_thisVersion_isTheOneWeKnow() {
        assertThatCode(Negotiation::requireKnownGrpc).doesNotThrowAnyException();
    }

    @Test
    void preface_byteByByte_isHttp2() throws IOException {
        try (Socket socket = port.connect()) {
            writeBytewise(socket, PREFACE + EMPTY_SETTINGS);

            assertThat(firstFrameType(socket)).isEqualTo(4);
        }
    }

    @Test
    void request_byteByByte_isHttp1() throws IOException {
        try (Socket socket = port.connect()) {
            writeBytewise(socket, "GET /version HTTP/1.1\r\nHost: x\r\n\r\n");

            assertThat(read(socket, 15)).isEqualTo("HTTP/1.1 200 OK");
        }
    }

    @Test
    void almostThePreface_isHttp1AndRefusedThere() throws IOException {
        try (Socket socket = port.connect()) {
            write(socket, "PRI * HTTP/2.0\r\n\r\nSN");

            assertThat(readAll(socket)).startsWith("HTTP/1.1 505 ").contains("connection: close");
        }
    }

    @Test
    void garbage_isClosedWithoutAnAnswer() throws IOException {
        for (String garbage : new String[] {"\26\3\1\0\0", "\0\0\0\0", "get / http", "{}"}) {
            try (Socket socket = port.connect()) {
                write(socket, garbage);

                assertThat(readAll(socket)).isEmpty();
            }
        }
    }

    @Test
    void silence_isClosedAfterTheLimit() throws IOException {
        try (Socket silent = port.connect();
                Socket half = port.connect()) {
            write(half, PREFACE.substring(0, 20));

            assertThat(readAll(silent)).isEmpty();
            assertThat(readAll(half)).isEmpty();
        }
    }

    @Test
    void http2_afterTheFirstBytes_mayBeSilent() throws Exception {
        try (Socket socket = port.connect()) {
            write(socket, PREFACE + EMPTY_SETTINGS);
            assertThat(firstFrameType(socket)).isEqualTo(4);
            // Longer than the limit for first bytes; then a ping, which is answered.
            drainFor(socket, 600);
            write(socket, "\0\0\10\6\0\0\0\0\0abcdefgh");

            assertThat(readUntil(socket, "abcdefgh")).isTrue();
        }
    }

    static void write(Socket socket, String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void writeBytewise(Socket socket, String bytes) throws IOException {
        socket.setTcpNoDelay(true);
        for (char b : bytes.toCharArray()) {
            socket.getOutputStream().write(b);
        }
    }

    static int firstFrameType(Socket socket) throws IOException {
        return socket.getInputStream().readNBytes(9)[3];
    }

    static String read(Socket socket, int bytes) throws IOException {
        return new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.ISO_8859_1);
    }

    /** Until the server closes, which has to happen before the socket's own time is up. */
    static String readAll(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketException reset) {
            return "";
        }
    }

    private static void drainFor(Socket socket, int millis) throws IOException {
        long endNanos = System.nanoTime() + Duration.ofMillis(millis).toNanos();
        InputStream in = socket.getInputStream();
        while (endNanos - System.nanoTime() > 0) {
            socket.setSoTimeout(Math.max(
                    1, (int) Duration.ofNanos(endNanos - System.nanoTime()).toMillis()));
            try {
                assertThat(in.read()).isNotEqualTo(-1);
            } catch (java.net.SocketTimeoutException quiet) {
                break;
            }
        }
        socket.setSoTimeout(10_000);
    }

    private static boolean readUntil(Socket socket, String wanted) throws IOException {
        StringBuilder seen = new StringBuilder();
        while (seen.indexOf(wanted) < 0) {
            int b = socket.getInputStream().read();
            if (b < 0) {
                return false;
            }
            seen.append((char) b);
        }
        return true;
    }
}
