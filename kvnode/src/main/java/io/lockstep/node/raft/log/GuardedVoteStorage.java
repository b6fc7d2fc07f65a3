package io.lockstep.node.raft.log;

import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.option.RaftMetaStorageOptions;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import java.util.function.Consumer;

/** Term and vote: the term never goes back, and a vote given in a term is never given again to somebody else. */
final class GuardedVoteStorage implements RaftMetaStorage {
    private final RaftMetaStorage votes;
    private final Consumer<String> onBroken;
    // JRaft's threads write under the node's lock; status readers look.
    private volatile long term;

    GuardedVoteStorage(RaftMetaStorage votes, Consumer<String> onBroken) {
        this.votes = votes;
        this.onBroken = onBroken;
    }

    long term() {
        return term;
    }

    @Override
    public boolean init(RaftMetaStorageOptions options) {
        boolean done = votes.init(options);
        if (done) {
            term = votes.getTerm();
        }
        return done;
    }

    @Override
    public void shutdown() {
        votes.shutdown();
    }

    @Override
    public boolean setTerm(long newTerm) {
        return setTermAndVotedFor(newTerm, newTerm == votes.getTerm() ? votes.getVotedFor() : PeerId.emptyPeer());
    }

    @Override
    public long getTerm() {
        return votes.getTerm();
    }

    @Override
    public boolean setVotedFor(PeerId peer) {
        return setTermAndVotedFor(votes.getTerm(), peer);
    }

    @Override
    public PeerId getVotedFor() {
        return votes.getVotedFor();
    }

    @Override
    public boolean setTermAndVotedFor(long newTerm, PeerId peer) {
        long oldTerm = votes.getTerm();
        PeerId oldVote = votes.getVotedFor();
        if (newTerm < oldTerm) {
            onBroken.accept("the term was to go back from " + oldTerm + " to " + newTerm);
            return false;
        }
        boolean voted = oldVote != null && !oldVote.isEmpty();
        if (newTerm == oldTerm && voted && !oldVote.equals(peer)) {
            onBroken.accept("a second vote in term " + newTerm + ": " + oldVote + ", now " + peer);
            return false;
        }
        if (!votes.setTermAndVotedFor(newTerm, peer)) {
            onBroken.accept("term and vote can't be written: is the disk full or broken?");
            return false;
        }
        term = newTerm;
        return true;
    }
}
