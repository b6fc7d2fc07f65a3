package io.lockstep.node.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.lease.LeaseTimeToLiveResponse;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.support.CloseableClient;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** jetcd does its lease operations; first on a real etcd, to see that the test expects the right things. */
class JetcdLeaseTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void leaseOperations_onEtcd_doWhatTheyDo() throws Exception {
        try (ServerProcess server = EtcdServer.start(Servers.etcdOrSkip())) {
            leaseOperations(server);
        }
    }

    @Test
    void leaseOperations_onLockstep_doTheSame() throws Exception {
        try (ServerProcess server = Servers.startLockstepOrSkip()) {
            leaseOperations(server);
        }
    }

    private static void leaseOperations(ServerProcess server) throws Exception {
        try (Client client =
                Client.builder().endpoints("http://" + server.endpoint()).build()) {
            grantAndRevoke(client.getLeaseClient(), client.getKVClient());
            keepAliveOnce(client.getLeaseClient());
            keepAliveByItself(client.getLeaseClient(), client.getKVClient());
        }
    }

    private static void grantAndRevoke(Lease leases, KV kv) throws Exception {
        long lease = done(leases.grant(60)).getID();
        assertThat(done(leases.grant(1)).getTTL()).isEqualTo(2);
        PutOption attached = PutOption.builder().withLeaseId(lease).build();
        done(kv.put(bytes("leased/b"), bytes("1"), attached));
        done(kv.put(bytes("leased/a"), bytes("1"), attached));
        LeaseTimeToLiveResponse left = done(leases.timeToLive(
                lease, LeaseOption.builder().withAttachedKeys().build()));
        assertThat(left.getGrantedTTL()).isEqualTo(60);
        assertThat(left.getTTL()).isBetween(50L, 60L);
        assertThat(left.getKeys()).containsExactlyInAnyOrder(bytes("leased/a"), bytes("leased/b"));
        long before = done(kv.get(bytes("leased/a"))).getHeader().getRevision();
        assertThat(done(kv.get(bytes("leased/a"))).getKvs().get(0).getLease()).isEqualTo(lease);
        assertThat(done(leases.revoke(lease)).getHeader().getRevision()).isEqualTo(before + 1);
        assertThat(done(kv.get(bytes("leased/a"))).getKvs()).isEmpty();
        assertThat(done(leases.timeToLive(lease, LeaseOption.DEFAULT)).getTTL()).isEqualTo(-1);
        assertThatThrownBy(() -> done(leases.revoke(lease)))
                .hasMessageContaining("etcdserver: requested lease not found");
        assertThatThrownBy(() -> done(leases.grant(9_000_000_001L)))
                .hasMessageContaining("etcdserver: too large lease TTL");
    }

    private static void keepAliveOnce(Lease leases) throws Exception {
        long lease = done(leases.grant(60)).getID();
        LeaseKeepAliveResponse alive = done(leases.keepAliveOnce(lease));
        assertThat(alive.getID()).isEqualTo(lease);
        assertThat(alive.getTTL()).isEqualTo(60);
    }

    private static void keepAliveByItself(Lease leases, KV kv) throws Exception {
        long lease = done(leases.grant(2)).getID();
        done(kv.put(
                bytes("alive"),
                bytes("1"),
                PutOption.builder().withLeaseId(lease).build()));
        List<Long> ttls = new CopyOnWriteArrayList<>();
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        CloseableClient keeper = leases.keepAlive(lease, new StreamObserver<>() {
            @Override
            public void onNext(LeaseKeepAliveResponse answer) {
                ttls.add(answer.getTTL());
            }

            @Override
            public void onError(Throwable failure) {
                end.complete(failure);
            }

            @Override
            public void onCompleted() {}
        });
        // Renewed about once in two thirds of a second: so it has outlived its TTL twice.
        await().atMost(PATIENCE).until(() -> ttls.size() >= 7);
        assertThat(ttls).containsOnly(2L);
        assertThat(done(kv.get(bytes("alive"))).getKvs()).hasSize(1);
        assertThat(end).isNotDone();
        keeper.close();
        await().atMost(PATIENCE)
                .until(() -> done(kv.get(bytes("alive"))).getKvs().isEmpty());
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    private static <T> T done(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }
}
