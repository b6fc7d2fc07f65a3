package io.lockstep.node.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.Lock;
import io.etcd.jetcd.election.CampaignResponse;
import io.etcd.jetcd.election.LeaderKey;
import io.etcd.jetcd.election.LeaderResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** jetcd locks and elects; first on a real etcd, to see that the test expects the right things. */
class JetcdLockTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void locksAndElections_onEtcd_doWhatTheyDo() throws Exception {
        try (ServerProcess server = EtcdServer.start(Servers.etcdOrSkip())) {
            locksAndElections(server);
        }
    }

    @Test
    void locksAndElections_onLockstep_doTheSame() throws Exception {
        try (ServerProcess server = Servers.startLockstepOrSkip()) {
            locksAndElections(server);
        }
    }

    private static void locksAndElections(ServerProcess server) throws Exception {
        try (Client client =
                Client.builder().endpoints("http://" + server.endpoint()).build()) {
            locks(client.getLockClient(), client.getLeaseClient(), client.getKVClient());
            lockOfALeaseThatEnds(client.getLockClient(), client.getLeaseClient());
            elections(client.getElectionClient(), client.getLeaseClient());
            observation(client.getElectionClient(), client.getLeaseClient());
        }
    }

    private static void locks(Lock locks, Lease leases, KV kv) throws Exception {
        long first = done(leases.grant(60)).getID();
        long second = done(leases.grant(60)).getID();
        ByteSequence name = bytes("lock");
        ByteSequence key = done(locks.lock(name, first)).getKey();
        assertThat(key).isEqualTo(bytes("lock/" + Long.toHexString(first)));
        assertThat(done(kv.get(key)).getKvs().get(0).getLease()).isEqualTo(first);
        assertThat(done(locks.lock(name, first)).getKey()).isEqualTo(key);

        CompletableFuture<ByteSequence> waiting = locks.lock(name, second).thenApply(held -> held.getKey());
        ByteSequence next = bytes("lock/" + Long.toHexString(second));
        await().atMost(PATIENCE).until(() -> done(kv.get(next)).getCount() == 1);
        assertThat(waiting).isNotDone();
        long before = done(kv.get(key)).getHeader().getRevision();
        assertThat(done(locks.unlock(key)).getHeader().getRevision()).isEqualTo(before + 1);
        assertThat(done(waiting)).isEqualTo(next);
        done(locks.unlock(next));
        assertThat(done(locks.unlock(next)).getHeader().getRevision()).isEqualTo(before + 2);
        assertThatThrownBy(() -> done(locks.lock(name, 4711)))
                .hasMessageContaining("etcdserver: requested lease not found");

        ByteSequence ownLease = done(locks.lock(name, 0)).getKey();
        assertThat(done(kv.get(ownLease)).getKvs().get(0).getLease()).isPositive();
        done(locks.unlock(ownLease));
    }

    private static void lockOfALeaseThatEnds(Lock locks, Lease leases) throws Exception {
        long first = done(leases.grant(60)).getID();
        long second = done(leases.grant(60)).getID();
        long third = done(leases.grant(60)).getID();
        done(locks.lock(bytes("ends"), first));
        CompletableFuture<?> waiting = locks.lock(bytes("ends"), second);
        CompletableFuture<?> last = locks.lock(bytes("ends"), third);
        done(leases.revoke(second));
        done(leases.revoke(first));
        done(last);
        await().atMost(PATIENCE).until(waiting::isCompletedExceptionally);
    }

    private static void elections(Election elections, Lease leases) throws Exception {
        long first = done(leases.grant(60)).getID();
        long second = done(leases.grant(60)).getID();
        ByteSequence name = bytes("election");
        assertThatThrownBy(() -> done(elections.leader(name))).hasMessageContaining("NoLeaderException");
        CampaignResponse won = done(elections.campaign(name, first, bytes("one")));
        LeaderKey leader = won.getLeader();
        assertThat(leader.getKey()).isEqualTo(bytes("election/" + Long.toHexString(first)));
        assertThat(leader.getRevision()).isEqualTo(won.getHeader().getRevision());
        assertThat(done(elections.leader(name)).getKv().getValue()).isEqualTo(bytes("one"));

        done(elections.proclaim(leader, bytes("uno")));
        assertThat(done(elections.leader(name)).getKv().getValue()).isEqualTo(bytes("uno"));
        // To campaign again is to proclaim.
        assertThat(done(elections.campaign(name, first, bytes("un")))
                        .getLeader()
                        .getRevision())
                .isEqualTo(leader.getRevision());
        assertThat(done(elections.leader(name)).getKv().getValue()).isEqualTo(bytes("un"));

        CompletableFuture<CampaignResponse> waiting = elections.campaign(name, second, bytes("two"));
        done(elections.resign(leader));
        LeaderKey successor = done(waiting).getLeader();
        assertThat(done(elections.leader(name)).getKv().getValue()).isEqualTo(bytes("two"));
        assertThatThrownBy(() -> done(elections.proclaim(leader, bytes("late"))))
                .hasMessageContaining("NotLeaderException");
        done(elections.resign(leader));
        assertThat(done(elections.leader(name)).getKv().getValue()).isEqualTo(bytes("two"));
        done(leases.revoke(second));
        assertThatThrownBy(() -> done(elections.leader(name))).hasMessageContaining("NoLeaderException");
        assertThatThrownBy(() -> done(elections.campaign(name, second, bytes("late"))))
                .hasMessageContaining("etcdserver: requested lease not found");
        assertThat(successor.getLease()).isEqualTo(second);
    }

    private static void observation(Election elections, Lease leases) throws Exception {
        ByteSequence name = bytes("observed");
        List<String> seen = new CopyOnWriteArrayList<>();
        elections.observe(name, new Election.Listener() {
            @Override
            public void onNext(LeaderResponse leader) {
                seen.add(leader.getKv().getValue().toString());
            }

            @Override
            public void onError(Throwable failure) {
                seen.add(failure.toString());
            }

            @Override
            public void onCompleted() {}
        });
        long first = done(leases.grant(60)).getID();
        long second = done(leases.grant(60)).getID();
        LeaderKey leader = done(elections.campaign(name, first, bytes("a1"))).getLeader();
        await().atMost(PATIENCE).until(() -> seen.contains("a1"));
        done(elections.proclaim(leader, bytes("a2")));
        done(elections.proclaim(leader, bytes("a3")));
        await().atMost(PATIENCE).until(() -> seen.contains("a3"));
        CompletableFuture<CampaignResponse> next = elections.campaign(name, second, bytes("b1"));
        done(leases.revoke(first));
        done(next);
        await().atMost(PATIENCE).until(() -> seen.contains("b1"));
        assertThat(seen).containsExactly("a1", "a2", "a3", "b1");
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    private static <T> T done(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }
}
