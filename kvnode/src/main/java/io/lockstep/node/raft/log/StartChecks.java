package io.lockstep.node.raft.log;

import com.alipay.sofa.jraft.entity.LogEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Compares the log with everything that proves how long it was. A member that lost what it had acknowledged must not
 * vote: with its vote, a leader could be elected that lacks acknowledged writes.
 */
public final class StartChecks {
    static final String RESTORE =
            "This member must not start with this disk. While a majority of the others is healthy:"
                    + " move the data directory away, remove the member from the cluster and add it anew";

    private StartChecks() {}

    public static void check(GuardedLogStorage log, Path voteDirectory, StartFacts facts) throws LogRefusedException {
        OptionalLong storedTerm = storedTerm(voteDirectory);
        if (log.isEmpty() && facts.stateAppliedIndex() == 0 && facts.snapshotIndex() == 0 && log.markedIndex() == 0) {
            return;
        }
        if (storedTerm.isEmpty()) {
            throw refused("there is a log, a snapshot or state, but no vote file in " + voteDirectory
                    + ": it would be possible to vote twice in one term");
        }
        checkLength(log, facts);
        checkEntries(log, facts, storedTerm.getAsLong());
    }

    private static void checkLength(GuardedLogStorage log, StartFacts facts) throws LogRefusedException {
        long last = Math.max(log.getLastLogIndex(), log.getFirstLogIndex() - 1);
        if (last < log.markedIndex()) {
            throw refused("the log ends at entry " + last + ", but was synchronised up to " + log.markedIndex()
                    + ": its tail is lost");
        }
        long covered = facts.snapshotInstalled() ? Math.max(last, facts.snapshotIndex()) : last;
        if (covered < facts.stateAppliedIndex()) {
            throw refused("the log ends at entry " + last + ", but the state holds entries up to "
                    + facts.stateAppliedIndex() + ": the tail of the log is lost");
        }
        if (covered < facts.snapshotIndex()) {
            throw refused("the log ends at entry " + last + ", but this member saved a snapshot up to "
                    + facts.snapshotIndex() + ": the tail of the log is lost");
        }
        if (log.getFirstLogIndex() > facts.snapshotIndex() + 1) {
            throw refused("the log begins at entry " + log.getFirstLogIndex() + ", but the newest snapshot ends at "
                    + facts.snapshotIndex() + ": what is between is lost");
        }
    }

    /** Reads what will be replayed: a hole or a damaged entry must be found before this member votes, not after. */
    private static void checkEntries(GuardedLogStorage log, StartFacts facts, long storedTerm)
            throws LogRefusedException {
        long last = log.getLastLogIndex();
        long from = Math.max(log.getFirstLogIndex(), Math.min(facts.stateAppliedIndex(), Math.max(last - 1, 0)) + 1);
        for (long index = from; index <= last; index++) {
            LogEntry entry = log.getEntry(index);
            if (entry == null) {
                throw refused("entry " + index + " of the log (which ends at " + last + ") is missing or unreadable");
            }
            if (entry.isCorrupted()) {
                throw refused("entry " + index + " of the log does not match its checksum");
            }
            if (entry.getId().getTerm() > storedTerm) {
                throw refused("entry " + index + " of the log is of term "
                        + entry.getId().getTerm() + ", but the vote file ends with term " + storedTerm
                        + ": the vote file is an old one");
            }
        }
    }

    private static OptionalLong storedTerm(Path voteDirectory) throws LogRefusedException {
        try {
            return VoteFile.term(voteDirectory);
        } catch (IOException e) {
            throw refused("the vote file in " + voteDirectory + " can't be read: " + e.getMessage());
        }
    }

    private static LogRefusedException refused(String what) {
        return new LogRefusedException(what + ". " + RESTORE);
    }
}
