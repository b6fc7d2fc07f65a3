package io.lockstep.node.raft;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * The first leader of a cluster that was founded just now. Its members started together, so their election timeouts end
 * together too: they would wait for one in vain, and then often split the vote. Instead the first of them stands as soon
 * as the others can vote. Merely a short cut: if it fails, the timeouts do their work.
 */
final class FirstElection {
    private static final String KIND = "voting";
    private static final long RETRY_MILLIS = 10;

    private final RaftConfig config;
    private final PeerMessenger messenger;

    FirstElection(RaftConfig config, PeerMessenger messenger) {
        this.config = config;
        this.messenger = messenger;
    }

    /** From now on this member answers votes. */
    void open() {
        messenger.handle(KIND, (from, payload) -> CompletableFuture.completedFuture(ByteString.EMPTY));
    }

    /** Whether this member is the one that stands. */
    boolean isMine() {
        return config.initialMembers().size() > 1
                && config.initialMembers().stream()
                        .map(PeerMember::memberId)
                        .min(Long::compareUnsigned)
                        .filter(first -> first == config.memberId())
                        .isPresent();
    }

    /** Blocks until all others can vote, for an election timeout at most. */
    boolean awaitVoters() throws InterruptedException {
        List<PeerMember> missing = new ArrayList<>(config.initialMembers());
        missing.removeIf(member -> member.memberId() == config.memberId());
        long deadlineNanos = System.nanoTime() + config.electionTimeout().toNanos();
        while (System.nanoTime() - deadlineNanos < 0) {
            missing.removeIf(this::canVote);
            if (missing.isEmpty()) {
                return true;
            }
            Thread.sleep(RETRY_MILLIS);
        }
        return false;
    }

    private boolean canVote(PeerMember member) {
        try {
            ByteString answer = messenger
                    .call(member.memberId(), KIND, ByteString.EMPTY, config.electionTimeout())
                    .get();
            return answer != null;
        } catch (ExecutionException e) {
            return false; // not yet, or its version does not know the question
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
