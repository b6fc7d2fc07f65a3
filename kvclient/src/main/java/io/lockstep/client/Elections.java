package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.api.election.CampaignRequest;
import io.lockstep.api.election.ElectionGrpc;
import io.lockstep.api.election.LeaderKey;
import io.lockstep.api.election.LeaderRequest;
import io.lockstep.api.election.LeaderResponse;
import io.lockstep.api.election.ProclaimRequest;
import io.lockstep.api.election.ProclaimResponse;
import io.lockstep.api.election.ResignRequest;
import io.lockstep.api.election.ResignResponse;
import io.lockstep.api.mvcc.KeyValue;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Elections of a {@link KvClient}: of all who campaign for a name, one leads, until it resigns or its lease ends. They work
 * together with those of etcd's client libraries. Thread safe.
 */
public final class Elections {
    private static final String NOBODY = "election: no leader";

    private final KvClient client;
    private final Channels channels;

    Elections(KvClient client, Channels channels) {
        this.client = client;
        this.channels = channels;
    }

    /**
     * Waits until this caller leads.
     *
     * @param value what the others see of the leader
     * @param lease whose end ends the leadership, or the candidature
     * @param patience how long to wait; when it is over the candidature is given up
     */
    public CompletableFuture<Leadership> campaign(ByteString name, ByteString value, Lease lease, Duration patience) {
        return client.outer(campaignInner(name, value, lease, patience));
    }

    CompletableFuture<Leadership> campaignInner(ByteString name, ByteString value, Lease lease, Duration patience) {
        CampaignRequest request = CampaignRequest.newBuilder()
                .setName(name)
                .setValue(value)
                .setLease(lease.id())
                .build();
        return campaign(request, lease, System.nanoTime() + patience.toNanos());
    }

    /** To campaign again under the same lease is to go on with the same candidature. */
    private CompletableFuture<Leadership> campaign(CampaignRequest request, Lease lease, long deadlineNanos) {
        Duration left = Duration.ofNanos(Math.max(1_000_000, deadlineNanos - System.nanoTime()));
        return client.withTimeout(left)
                .write(ElectionGrpc.getCampaignMethod(), request)
                .thenApply(won -> new Leadership(won.getLeader(), lease, this))
                .exceptionallyCompose(failure -> {
                    boolean again = Locks.mayAskAgain(Locks.cause(failure)) && lease.isAlive();
                    return again && System.nanoTime() - deadlineNanos < 0
                            ? campaign(request, lease, deadlineNanos)
                            : CompletableFuture.failedFuture(failure);
                });
    }

    /** Who leads, with what it said of itself; empty: nobody. */
    public CompletableFuture<Optional<KeyValue>> leader(ByteString name) {
        return client.outer(leaderInner(name));
    }

    CompletableFuture<Optional<KeyValue>> leaderInner(ByteString name) {
        return client.read(
                        ElectionGrpc.getLeaderMethod(),
                        LeaderRequest.newBuilder().setName(name).build())
                .handle((answer, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(Optional.of(answer.getKv()));
                    }
                    return NOBODY.equals(Locks.cause(failure).getMessage())
                            ? CompletableFuture.completedFuture(Optional.<KeyValue>empty())
                            : CompletableFuture.<Optional<KeyValue>>failedFuture(failure);
                })
                .thenCompose(answer -> answer);
    }

    /**
     * Tells every leader, the present one first, and each value that it proclaims, until it is closed. Goes on at another
     * member when one is lost; what happened meanwhile may be told by its last state alone.
     *
     * @param listener told one at a time, on the client's event loop: must not block
     */
    public Observer observe(ByteString name, Consumer<LeaderResponse> listener) {
        Observer observer =
                new Observer(channels, LeaderRequest.newBuilder().setName(name).build(), listener);
        observer.begin();
        return observer;
    }

    CompletableFuture<ProclaimResponse> proclaim(LeaderKey leader, ByteString value) {
        return client.write(
                ElectionGrpc.getProclaimMethod(),
                ProclaimRequest.newBuilder().setLeader(leader).setValue(value).build());
    }

    CompletableFuture<ResignResponse> resign(LeaderKey leader) {
        return client.write(
                ElectionGrpc.getResignMethod(),
                ResignRequest.newBuilder().setLeader(leader).build());
    }

    <A> CompletableFuture<A> outer(CompletableFuture<A> inner) {
        return client.outer(inner);
    }
}
