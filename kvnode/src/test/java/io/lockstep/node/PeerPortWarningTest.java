package io.lockstep.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.node.config.NodeConfig;
import io.lockstep.node.config.NodeFlags;
import io.lockstep.node.tls.LogLines;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class PeerPortWarningTest {
    @TempDir
    Path directory;

    private NodeConfig listeningOn(String host, int port) {
        String url = "http://" + host + ":" + port;
        return NodeConfig.embedded(directory.resolve("data"))
                .clientUrls()
                .memberOf("n", Map.of("n", url), "t")
                .build();
    }

    @Test
    void openPeerPort_thatOthersReach_isToldLoudlyAndOnce() {
        // Any address of this machine that is not the loopback; the name is not asked for more than that.
        assertThat(Wiring.openPeerPort(listeningOn("192.0.2.1", 2380)))
                .hasValueSatisfying(
                        line -> assertThat(line).contains("IS OPEN", "192.0.2.1:2380", "--peer-cert-file", "kv certs"));
    }

    @Test
    void openPeerPort_onTheLoopbackAlone_isNothingToTell() {
        assertThat(Wiring.openPeerPort(listeningOn("127.0.0.1", 2380))).isEmpty();
        assertThat(Wiring.openPeerPort(listeningOn("localhost", 2380))).isEmpty();
    }

    @Test
    void node_onAllAddresses_warnsOnce() throws Exception {
        try (LogLines log = new LogLines(KvNode.class);
                KvNode node = KvNode.start(onAllAddresses())) {
            assertThat(node.memberId()).isNotZero();
            assertThat(log.warnings())
                    .singleElement()
                    .satisfies(line -> assertThat(line).contains("IS OPEN"));
        }
    }

    @Command
    private static final class Holder {
        @Mixin
        NodeFlags flags = new NodeFlags();
    }

    private NodeConfig onAllAddresses() throws IOException {
        int[] ports = new int[2];
        try (ServerSocket peers = new ServerSocket(0);
                ServerSocket clients = new ServerSocket(0)) {
            ports[0] = peers.getLocalPort();
            ports[1] = clients.getLocalPort();
        }
        Holder holder = new Holder();
        var unused = new CommandLine(holder)
                .parseArgs(
                        "--data-dir=" + directory.resolve("data"),
                        "--listen-peer-urls=http://0.0.0.0:" + ports[0],
                        "--initial-advertise-peer-urls=http://127.0.0.1:" + ports[0],
                        "--listen-client-urls=http://127.0.0.1:" + ports[1]);
        return holder.flags.toConfig();
    }

    @Test
    void node_onTheLoopback_startsWithoutAWarningAboutIt() {
        try (LogLines log = new LogLines(KvNode.class);
                KvNode node = KvNode.start(
                        NodeConfig.embedded(directory.resolve("data")).build())) {
            assertThat(node.memberId()).isNotZero();
            assertThat(log.warnings()).isEmpty();
        }
    }
}
