package io.lockstep.node.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.lockstep.api.ClusterGrpc;
import io.lockstep.api.Member;
import io.lockstep.api.MemberListRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** etcdctl's member commands print the same on a cluster of one as with a real etcd, refusals above all. */
class EtcdctlMemberTest {
    /** SELF and LEARNER are ids, OWN is the peer address of the one member that runs. */
    private static final String SCRIPT = """
            member list
            member list -w json
            member remove SELF
            member remove 77
            member remove nonsense
            member update 77 --peer-urls http://127.0.0.1:19
            member update SELF --peer-urls OWN
            member update SELF --peer-urls nonsense
            member promote SELF
            member promote 77
            member add x --peer-urls OWN
            member add x --peer-urls nonsense
            member add x
            member add l1 --peer-urls http://127.0.0.1:21 --learner
            member promote LEARNER
            member add l2 --peer-urls http://127.0.0.1:22 --learner
            move-leader LEARNER
            member update LEARNER --peer-urls http://127.0.0.1:23
            member update LEARNER --peer-urls http://127.0.0.1:24 -w table
            member update LEARNER --peer-urls OWN
            member remove LEARNER
            member list
            member add l3 --peer-urls http://127.0.0.1:25 --learner
            member remove LEARNER
            member add b --peer-urls http://127.0.0.1:26
            """;

    @TempDir
    Path scratch;

    @Test
    void etcdctl35_ofMembers_printsTheSame() {
        Path etcd = Servers.etcdOrSkip();
        Path etcdctl = etcd.resolveSibling("etcdctl");
        if (!Files.isExecutable(etcdctl)) {
            Servers.skip("SKIPPED: there is no etcdctl beside " + etcd);
        }
        assertSameOutput(etcdctl, etcd);
    }

    @Test
    void etcdctl34_ofMembers_printsTheSame() {
        Path etcd = Servers.etcdOrSkip();
        String etcdctl = System.getenv("OLD_ETCDCTL_BIN");
        if (etcdctl == null || etcdctl.isBlank()) {
            Servers.skip("SKIPPED: no etcdctl 3.4; set OLD_ETCDCTL_BIN to one");
        }
        assertSameOutput(Path.of(etcdctl), etcd);
    }

    private void assertSameOutput(Path binary, Path etcd) {
        Etcdctl ofOracle = new Etcdctl(binary, scratch.resolve("oracle"));
        Etcdctl ofSubject = new Etcdctl(binary, scratch.resolve("subject"));
        List<String> differences = new ArrayList<>();
        try (ServerProcess subject = Servers.startSubject();
                ServerProcess oracle = EtcdServer.start(etcd)) {
            for (String line : SCRIPT.lines().toList()) {
                CompletableFuture<String> expected = CompletableFuture.supplyAsync(() -> run(ofOracle, line, oracle));
                String actual = run(ofSubject, line, subject);
                if (!expected.join().equals(actual)) {
                    differences.add(line + "\n--- " + oracle.label() + "\n" + expected.join() + "\n--- "
                            + subject.label() + "\n" + actual + "\n");
                }
            }
        }
        assertThat(differences).as("\n" + String.join("\n", differences)).isEmpty();
    }

    private static String run(Etcdctl etcdctl, String line, ServerProcess server) {
        String words = line;
        for (Member member : members(server)) {
            String id = Long.toHexString(member.getID());
            words = member.getName().isEmpty()
                    ? words.replace("LEARNER", id)
                    : words.replace("SELF", id).replace("OWN", member.getPeerURLs(0));
        }
        String printed = etcdctl.run(Etcdctl.Command.of(words), server.endpoint());
        return printed.lines().map(EtcdctlMemberTest::ordered).collect(Collectors.joining("\n"));
    }

    /** Members are in the order of their ids, which are hashes or drawn. */
    private static String ordered(String line) {
        String variable = "ETCD_INITIAL_CLUSTER=";
        if (!line.startsWith(variable)) {
            return line;
        }
        String list = line.substring(variable.length()).replace("\"", "");
        return variable + Arrays.stream(list.split(",")).sorted().collect(Collectors.joining(","));
    }

    private static List<Member> members(ServerProcess server) {
        ManagedChannel channel = Grpc.newChannelBuilder(server.endpoint(), InsecureChannelCredentials.create())
                .build();
        try {
            return ClusterGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .withWaitForReady()
                    .memberList(MemberListRequest.getDefaultInstance())
                    .getMembersList();
        } finally {
            channel.shutdownNow();
        }
    }
}
