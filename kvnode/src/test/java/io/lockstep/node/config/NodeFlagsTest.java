package io.lockstep.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class NodeFlagsTest {
    @Command
    private static final class Holder {
        @Mixin
        NodeFlags flags = new NodeFlags();
    }

    private static NodeConfig parse(Map<String, String> environment, String... arguments) {
        Holder holder = new Holder();
        CommandLine line = new CommandLine(holder);
        Set<String> known = line.getCommandSpec().options().stream()
                .map(o -> o.longestName().substring(2))
                .collect(Collectors.toSet());
        line.setDefaultValueProvider(SettingSources.of(List.of(arguments), environment, known));
        line.parseArgs(arguments);
        return holder.flags.toConfig();
    }

    @Test
    void toConfig_nothingGiven_isASingleLocalMember() {
        NodeConfig config = parse(Map.of());
        assertThat(config.name()).isEqualTo("default");
        assertThat(config.dataDirectory()).hasToString("default.lockstep");
        assertThat(config.initialCluster()).containsOnlyKeys("default");
        assertThat(config.advertiseClientUrls()).isEqualTo(config.listenClientUrls());
        assertThat(config.electionTimeout()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void peerClientCertAuth_withoutACa_isRefused() {
        assertThatThrownBy(() -> parse(Map.of(), "--peer-client-cert-auth"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("--peer-trusted-ca-file");
        assertThat(parse(Map.of(), "--peer-client-cert-auth=false").peerTls()).isEmpty();
    }

    @Test
    void toConfig_flagEnvironmentAndFile_goInThisOrder(@TempDir Path dir) throws IOException {
        Path file = Files.writeString(
                dir.resolve("node.conf"),
                "# a comment\nname: from-file\nheartbeat-interval: 40\nmax-txn-ops: \"7\"\ndata-dir: 'd i r'\n");
        NodeConfig config = parse(
                Map.of("LOCKSTEP_NAME", "from-env", "LOCKSTEP_HEARTBEAT_INTERVAL", "30"),
                "--config-file",
                file.toString(),
                "--name=from-flag");
        assertThat(config.name()).isEqualTo("from-flag");
        assertThat(config.heartbeatInterval()).isEqualTo(Duration.ofMillis(30));
        assertThat(config.limits().maxTxnOps()).isEqualTo(7);
        assertThat(config.dataDirectory()).hasToString("d i r");
    }

    @Test
    void sources_unknownLineInFile_isNamed(@TempDir Path dir) throws IOException {
        Path file = Files.writeString(dir.resolve("node.conf"), "nmae: x\n");
        assertThatThrownBy(() -> parse(Map.of(), "--config-file=" + file))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("\"nmae\", which is no setting");
    }

    @Test
    void progressInterval_isWrittenAsEtcdDoes() {
        assertThat(parse(Map.of()).limits().watchProgressInterval()).isEqualTo(Duration.ofMinutes(10));
        assertThat(parse(Map.of(), "--experimental-watch-progress-notify-interval=1m30s")
                        .limits()
                        .watchProgressInterval())
                .isEqualTo(Duration.ofSeconds(90));
    }

    @Test
    void maxLearners_areOneUnlessSaid() {
        assertThat(parse(Map.of()).limits().maxLearners()).isEqualTo(1);
        assertThat(parse(Map.of(), "--experimental-max-learners=3").limits().maxLearners())
                .isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--listen-client-urls=localhost:2379 | must begin with http:// or https://",
                "--listen-client-urls=http://localhost | needs a host and a port",
                "--listen-client-urls=http://localhost:99999 | from 1 to 65535",
                "--listen-peer-urls=http://a:1,http://b:2 | a member has one peer address",
                "--initial-cluster=a | is not NAME=URL",
                "--initial-cluster=a=http://127.0.0.1:1 | does not name this member",
                "--initial-cluster=default=http://127.0.0.1:1 | differs from --initial-advertise-peer-urls",
                "--initial-cluster-state=old | is neither \"new\" nor \"existing\"",
                "--heartbeat-interval=x | \"x\" is not a whole number",
                "--heartbeat-interval=5 | 10 to 10000 milliseconds",
                "--election-timeout=200 | from 5 times --heartbeat-interval (500)",
                "--max-request-bytes=1 | 1024 to 67108864",
                "--experimental-watch-progress-notify-interval=10 | is not a time such as 30m or 1h30m",
                "--experimental-watch-progress-notify-interval=10ms | 100 to 86400000",
                "--experimental-max-learners=0 | 1 to 100",
                "--listen-peer-urls=https://127.0.0.1:2380 | needs --peer-cert-file",
                "--cert-file=x | belong together; one is missing",
            })
    void toConfig_wrongValue_saysWhichWhyAndWhatIsAllowed(String flag, String message) {
        String setting = flag.substring(0, flag.indexOf('='));
        assertThatThrownBy(() -> parse(Map.of(), flag))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message)
                .hasMessageContaining(setting)
                .hasMessageNotContaining("\n");
    }

    @Test
    void toConfig_tlsByHalves_isRefused(@TempDir Path dir) throws IOException {
        String file = Files.writeString(dir.resolve("x.pem"), "x").toString();
        assertThatThrownBy(() -> parse(
                        Map.of(),
                        "--listen-peer-urls=https://127.0.0.1:2380",
                        "--peer-cert-file=" + file,
                        "--peer-key-file=" + file))
                .hasMessageContaining("--peer-trusted-ca-file belong together");
        assertThatThrownBy(() -> parse(
                        Map.of(),
                        "--listen-client-urls=https://127.0.0.1:2379,http://127.0.0.1:2381",
                        "--cert-file=" + file,
                        "--key-file=" + file))
                .hasMessageContaining("http://127.0.0.1:2381")
                .hasMessageContaining("must be https:// as --cert-file is given");
    }

    @Test
    void founding_sameMembersAndToken_agreeOnIds() {
        HostPort a = HostPort.parse("x", "http://127.0.0.1:1");
        HostPort b = HostPort.parse("x", "http://127.0.0.1:2");
        Founding one = Founding.of(Map.of("a", a, "b", b), "t");
        assertThat(Founding.of(Map.of("b", b, "a", a), "t")).isEqualTo(one);
        assertThat(Founding.of(Map.of("a", a, "b", b), "u").clusterId()).isNotEqualTo(one.clusterId());
        assertThat(Founding.of(Map.of("a", b, "b", a), "t").clusterId()).isNotEqualTo(one.clusterId());
    }
}
