package io.lockstep.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SlowLinksTest {
    private static final int BYTES = 300_000;
    private static final int BYTES_PER_SECOND = 200_000;

    /** Reads all that comes over one connection, and then says as much. */
    private static CompletableFuture<byte[]> echoOnce(ServerSocket server) {
        return CompletableFuture.supplyAsync(() -> {
            try (Socket socket = server.accept()) {
                byte[] bytes = socket.getInputStream().readNBytes(BYTES);
                socket.getOutputStream().write(bytes);
                return bytes;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void relay_bothDirections_passesEveryByteAndNotFaster() throws Exception {
        byte[] sent = new byte[BYTES];
        new Random(1).nextBytes(sent);
        try (SlowLinks links = new SlowLinks(BYTES_PER_SECOND);
                ServerSocket member = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = links.before(member.getLocalPort());
            CompletableFuture<byte[]> there = echoOnce(member);
            long beginNanos = System.nanoTime();
            byte[] back;
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.getOutputStream().write(sent);
                back = socket.getInputStream().readNBytes(BYTES);
            }
            long nanos = System.nanoTime() - beginNanos;
            assertThat(there.get(30, TimeUnit.SECONDS)).isEqualTo(sent);
            assertThat(back).isEqualTo(sent);
            // 3 s; some of it may pass before the relay has a rate to hold.
            assertThat(nanos).isGreaterThan(TimeUnit.SECONDS.toNanos(1));
        }
    }

    @Test
    void relay_memberNotThereYet_endsTheConnectionAndServesTheNext() throws Exception {
        try (SlowLinks links = new SlowLinks(1 << 30);
                ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int memberPort = free.getLocalPort();
            free.close();
            int port = links.before(memberPort);
            try (Socket early = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertThat(early.getInputStream().read()).isEqualTo(-1);
            }
            try (ServerSocket member = new ServerSocket(memberPort, 1, InetAddress.getLoopbackAddress());
                    Socket late = new Socket(InetAddress.getLoopbackAddress(), port)) {
                CompletableFuture<byte[]> there = echoOnce(member);
                late.getOutputStream().write(new byte[BYTES]);
                assertThat(there.get(30, TimeUnit.SECONDS)).hasSize(BYTES);
            }
        }
    }
}
