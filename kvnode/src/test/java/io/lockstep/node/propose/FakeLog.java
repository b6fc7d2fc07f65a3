package io.lockstep.node.propose;

import com.google.protobuf.ByteString;
import io.lockstep.node.apply.CommandResult;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.proto.log.Command;
import io.lockstep.proto.log.CommandBatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A log with one proposer that behaves as badly as Raft allows: entries of a lost leader are kept or dropped by chance. */
final class FakeLog implements Replication {
    private final List<Entry> uncommitted = new ArrayList<>();
    private final List<Long> appliedCounters = new ArrayList<>();
    private final Random random;
    final AtomicInteger learned = new AtomicInteger();
    final AtomicInteger forwarded = new AtomicInteger();
    private volatile CompletableFuture<ByteString> leaderAnswer;
    private Proposer proposer;
    private long term = 1;
    private boolean leading = true;
    private boolean known = true;
    private boolean holding;
    private int refusals;

    FakeLog(long seed) {
        random = new Random(seed);
    }

    private record Entry(long term, List<Command> commands, Outcome outcome) {}

    void serve(Proposer proposer) {
        this.proposer = proposer;
    }

    @Override
    public synchronized Leadership leadership() {
        return new Leadership(known ? 1 : 0, term, known && leading);
    }

    @Override
    public synchronized void propose(ByteBuffer entry, long expectedTerm, Outcome outcome) {
        if (!leading || expectedTerm != term || refusals-- > 0) {
            outcome.failed(new KvException.Failed(KvError.LEADER_CHANGED));
            return;
        }
        uncommitted.add(new Entry(term, decode(entry), outcome));
        if (!holding) {
            commitAll();
        }
    }

    private static List<Command> decode(ByteBuffer entry) {
        try {
            if (entry.get() != Batcher.ENTRY_FORMAT) {
                throw new IllegalStateException("entry of an unknown format");
            }
            return CommandBatch.parseFrom(entry).getCommandsList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public CompletableFuture<ByteString> forward(long memberId, ByteString payload, Duration timeout) {
        forwarded.incrementAndGet();
        return leaderAnswer == null
                ? CompletableFuture.failedFuture(new KvException.Failed(KvError.NO_LEADER))
                : leaderAnswer;
    }

    @Override
    public void learnCommitted() {
        learned.incrementAndGet();
    }

    @Override
    public long applyLag() {
        return 0;
    }

    /** Another member leads, and answers every batch so. */
    synchronized void follow(CompletableFuture<ByteString> answer) {
        leading = false;
        leaderAnswer = answer;
    }

    synchronized void hold() {
        holding = true;
    }

    synchronized void refuse(int times) {
        refusals = times;
    }

    synchronized void commitAll() {
        holding = false;
        for (Entry entry : uncommitted) {
            entry.outcome.committed();
            apply(entry);
        }
        uncommitted.clear();
    }

    private void apply(Entry entry) {
        List<CommandResult> results = new ArrayList<>();
        for (Command command : entry.commands) {
            long counter = command.getOrigin().getCounter();
            appliedCounters.add(counter);
            results.add(
                    new CommandResult(counter, appliedCounters.size(), entry.term, Command.getDefaultInstance(), null));
        }
        proposer.onApplied(results, entry.term);
    }

    synchronized void loseLeader() {
        known = false;
        leading = false;
        for (Entry entry : uncommitted) {
            entry.outcome.failed(new KvException.Unknown(KvError.LEADER_CHANGED));
        }
    }

    /** A new term begins; a prefix of what was not committed made it into the new leader's log. */
    void electAgain() {
        electAgain(-1);
    }

    void electAgain(int surviving) {
        synchronized (this) {
            int kept = surviving >= 0 ? surviving : random.nextInt(uncommitted.size() + 1);
            uncommitted.subList(0, kept).forEach(this::apply);
            uncommitted.clear();
            term++;
            known = true;
            leading = true;
            proposer.onApplied(List.of(), term);
        }
        proposer.onLeadershipChanged();
    }

    synchronized int held() {
        return uncommitted.stream().mapToInt(e -> e.commands.size()).sum();
    }

    synchronized List<Long> applied() {
        return List.copyOf(appliedCounters);
    }
}
