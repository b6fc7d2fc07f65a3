package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.api.election.LeaderKey;
import io.lockstep.api.election.ProclaimResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An election that was won. {@link #isLeader} is what this process may rely on by its own clock; who must not act after it
 * was voted out, however slow he is, puts {@link #leads} into the transactions that he makes as the leader.
 */
public final class Leadership implements AutoCloseable {
    private static final long CLOSE_SECONDS = 5;

    private final LeaderKey leader;
    private final Lease lease;
    private final Elections elections;
    private volatile boolean resigned;

    Leadership(LeaderKey leader, Lease lease, Elections elections) {
        this.leader = leader;
        this.lease = lease;
        this.elections = elections;
    }

    /** The key that is there as long as this leader is, and the revision that made it: it rises from leader to leader. */
    public LeaderKey key() {
        return leader;
    }

    /** Whether this caller certainly leads still: it has not resigned, nor is its lease lost. */
    public boolean isLeader() {
        return !resigned && lease.isAlive();
    }

    /** A condition that holds as long as this caller leads. */
    public Compare leads() {
        return Compare.createRevision(leader.getKey()).equalTo(leader.getRev());
    }

    /** Changes what the others see of the leader; fails with "election: not leader" once it is another. */
    public CompletableFuture<ProclaimResponse> proclaim(ByteString value) {
        return elections.outer(elections.proclaim(leader, value));
    }

    /** Resigns; waits for that for a few seconds at most. If that fails the leadership ends with its lease. */
    @Override
    public void close() {
        if (resigned) {
            return;
        }
        resigned = true;
        try {
            var unused = elections.resign(leader).get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException endsWithItsLease) {
            // Or when somebody else deletes the key.
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
