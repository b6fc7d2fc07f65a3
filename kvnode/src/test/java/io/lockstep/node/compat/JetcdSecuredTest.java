package io.lockstep.node.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.etcd.jetcd.Auth;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.Maintenance;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.auth.Permission;
import io.etcd.jetcd.maintenance.StatusResponse;
import io.grpc.netty.GrpcSslContexts;
import io.lockstep.node.embedded.EmbeddedCluster;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** jetcd over TLS, as a user by certificate or password, and for maintenance. */
class JetcdSecuredTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private static ClientBuilder client(SecuredNode node, String name) throws Exception {
        SslContextBuilder tls =
                GrpcSslContexts.forClient().trustManager(node.ca().toFile());
        if (!name.isEmpty()) {
            tls.keyManager(node.certificate(name).toFile(), node.key(name).toFile());
        }
        return Client.builder().endpoints(node.url()).authority("localhost").sslContext(tls.build());
    }

    @Test
    void keysWatchesAndLeases_overTls_asTheUserOfTheCertificateOrOfThePassword() throws Exception {
        try (SecuredNode node = new SecuredNode(directory)) {
            node.issue("root");
            node.issue("ann");
            try (Client root = client(node, "root").build()) {
                withUsers(root.getAuthClient());
                done(root.getKVClient().put(bytes("z"), bytes("1")));
                asAnn(client(node, "ann"));
                asAnn(client(node, "root").user(bytes("ann")).password(bytes("secret")));
                assertThat(done(root.getKVClient().get(bytes("z")))
                                .getKvs()
                                .get(0)
                                .getValue())
                        .isEqualTo(bytes("1"));
                done(root.getAuthClient().authDisable());
            }
        }
    }

    private static void withUsers(Auth auth) throws Exception {
        done(auth.userAdd(bytes("root"), bytes("rootpw")));
        done(auth.userAdd(bytes("ann"), bytes("secret")));
        done(auth.roleAdd(bytes("r")));
        done(auth.roleGrantPermission(bytes("r"), bytes("a"), bytes("b"), Permission.Type.READWRITE));
        done(auth.userGrantRole(bytes("ann"), bytes("r")));
        done(auth.userGrantRole(bytes("root"), bytes("root")));
        assertThat(done(auth.userGet(bytes("ann"))).getRoles()).containsExactly("r");
        assertThat(done(auth.roleGet(bytes("r"))).getPermissions()).hasSize(1);
        done(auth.authEnable());
        assertThat(done(auth.userList()).getUsers()).containsExactly("ann", "root");
    }

    private static void asAnn(ClientBuilder builder) throws Exception {
        try (Client ann = builder.build()) {
            List<String> seen = new CopyOnWriteArrayList<>();
            try (Watch.Watcher watcher = ann.getWatchClient()
                    .watch(
                            bytes("a1"),
                            response -> response.getEvents()
                                    .forEach(event ->
                                            seen.add(text(event.getKeyValue().getValue()))))) {
                Lease leases = ann.getLeaseClient();
                long lease = done(leases.grant(60)).getID();
                assertThat(done(leases.timeToLive(lease, io.etcd.jetcd.options.LeaseOption.DEFAULT))
                                .getTTL())
                        .isBetween(1L, 60L);
                await().atMost(PATIENCE).until(() -> {
                    done(ann.getKVClient().put(bytes("a1"), bytes("v")));
                    return seen.contains("v");
                });
                done(leases.revoke(lease));
            }
            assertThatThrownBy(() -> done(ann.getKVClient().put(bytes("z"), bytes("2"))))
                    .hasMessageContaining("permission denied");
            assertThatThrownBy(() -> done(ann.getAuthClient().userList())).hasMessageContaining("permission denied");
        }
    }

    @Test
    void client_withoutACertificate_isRefused() throws Exception {
        try (SecuredNode node = new SecuredNode(directory);
                Client client = client(node, "").build()) {
            CompletableFuture<?> answer = client.getKVClient().get(bytes("a"));

            assertThatThrownBy(() -> answer.get(5, TimeUnit.SECONDS)).isInstanceOf(Exception.class);
            assertThat(answer.isDone() && !answer.isCompletedExceptionally()).isFalse();
        }
    }

    @Test
    void maintenance_ofACluster_isDone() throws Exception {
        try (EmbeddedCluster cluster = EmbeddedCluster.start(3);
                Client client = Client.builder()
                        .endpoints(cluster.endpoint(cluster.awaitLeader()))
                        .build()) {
            Maintenance maintenance = client.getMaintenanceClient();
            String target = cluster.endpoint(cluster.awaitLeader());
            long revision = done(client.getKVClient().put(bytes("k"), bytes("v")))
                    .getHeader()
                    .getRevision();
            StatusResponse status = done(maintenance.statusMember(target));
            assertThat(status.getVersion()).startsWith("3.5.");
            assertThat(status.getLeader()).isEqualTo(status.getHeader().getMemberId());
            assertThat(done(maintenance.listAlarms()).getAlarms()).isEmpty();
            done(maintenance.defragmentMember(target));
            for (int other = 0; other < cluster.size(); other++) {
                String member = cluster.endpoint(other);
                await().atMost(PATIENCE)
                        .until(() -> done(maintenance.statusMember(member))
                                        .getHeader()
                                        .getRevision()
                                >= revision);
                assertThat(done(maintenance.hashKV(member, revision)).getHash())
                        .isEqualTo(done(maintenance.hashKV(target, revision)).getHash());
            }
            assertIsWhole(maintenance);
            moveLeader(cluster, maintenance);
        }
    }

    /** etcd's rule: the last 32 bytes are the SHA-256 of all before them. */
    private static void assertIsWhole(Maintenance maintenance) throws Exception {
        ByteArrayOutputStream backup = new ByteArrayOutputStream();
        assertThat(done(maintenance.snapshot(backup))).isEqualTo(backup.size());
        byte[] all = backup.toByteArray();
        byte[] before = Arrays.copyOf(all, all.length - 32);
        assertThat(MessageDigest.getInstance("SHA-256").digest(before))
                .isEqualTo(Arrays.copyOfRange(all, all.length - 32, all.length));
    }

    private static void moveLeader(EmbeddedCluster cluster, Maintenance maintenance) throws Exception {
        int next = (cluster.awaitLeader() + 1) % cluster.size();
        long id = cluster.node(next).memberId();
        done(maintenance.moveLeader(id));
        await().atMost(PATIENCE).until(() -> cluster.node(next).isLeader());
    }

    private static <T> T done(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    private static String text(ByteSequence bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
