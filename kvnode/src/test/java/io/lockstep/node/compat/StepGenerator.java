package io.lockstep.node.compat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.lockstep.api.CompactionRequest;
import io.lockstep.api.CompactionResponse;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.HashKVRequest;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.ResponseHeader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Random requests from a seed, most of them valid, with revisions around those that exist. It learns the current revision from the answers of
 * the oracle, so the same seed gives the same steps as long as the oracle answers the same.
 */
final class StepGenerator {
    /** Chance of each kind of mistake in a request of its own; within transactions it is rarer, or hardly one would get through. */
    private static final double MISTAKE = 0.04;

    private static final double MISTAKE_IN_TXN = 0.006;

    private enum Kind {
        KEYS,
        LEASES,
        UPKEEP
    }

    private final SplittableRandom random;
    private final KeySpace keys;
    private final TxnGenerator txns;
    private final Optional<LeaseRequests> leases;
    private final Optional<UpkeepRequests> upkeep;
    /** Every run begins with a compaction to its base. */
    private final Set<Long> compactions = new HashSet<>(Set.of(0L));

    private long current;
    private long compacted;

    private StepGenerator(long seed, Kind kind) {
        random = new SplittableRandom(seed);
        keys = new KeySpace(random);
        txns = new TxnGenerator(random, keys, this);
        leases = kind == Kind.LEASES ? Optional.of(new LeaseRequests(random)) : Optional.empty();
        upkeep = kind == Kind.UPKEEP ? Optional.of(new UpkeepRequests(random)) : Optional.empty();
    }

    /** Keys, transactions, compaction; leases only as a mistake. */
    static StepGenerator ofKeys(long seed) {
        return new StepGenerator(seed, Kind.KEYS);
    }

    /** The same, with leases that are granted, kept alive, asked for and revoked, and attached to many keys. */
    static StepGenerator ofLeases(long seed) {
        return new StepGenerator(seed, Kind.LEASES);
    }

    /** The same as of keys, with more compactions and hashes, and what operators ask for. */
    static StepGenerator ofUpkeep(long seed) {
        return new StepGenerator(seed, Kind.UPKEEP);
    }

    /** The next request; its revisions are relative (see {@link Revisions}). */
    Message next() {
        if (leases.isPresent() && leases.get().isNext()) {
            return leases.get().next();
        }
        if (upkeep.isPresent()) {
            return nextOf(upkeep.get());
        }
        return ofKeys();
    }

    private Message nextOf(UpkeepRequests operators) {
        if (operators.isNext()) {
            return operators.next();
        } else if (chance(0.2)) {
            return chance(0.6) ? hash() : compaction();
        }
        Message request = ofKeys();
        return operators.passesInEtcdAlone(request) ? range(MISTAKE) : request;
    }

    private Message ofKeys() {
        int kind = random.nextInt(100);
        if (kind < 30) {
            return put(MISTAKE);
        } else if (kind < 60) {
            return range(MISTAKE);
        } else if (kind < 69) {
            return deleteRange(MISTAKE);
        } else if (kind < 95) {
            return txns.txn();
        } else if (kind < 98) {
            return compaction();
        }
        return hash();
    }

    /** Tells what the oracle answered, with revisions counted from the base. */
    void observe(Message request, Answer answer) {
        leases.ifPresent(with -> with.observe(request, answer));
        upkeep.ifPresent(with -> with.observe(request, answer));
        if (!(answer instanceof Answer.Given given)) {
            return;
        }
        Object header =
                given.message().getField(given.message().getDescriptorForType().findFieldByName("header"));
        current = Math.max(current, ((ResponseHeader) header).getRevision());
        if (given.message() instanceof CompactionResponse && request instanceof CompactionRequest compaction) {
            compacted = compaction.getRevision() - Revisions.afterBase(0);
            compactions.add(compacted);
        }
    }

    PutRequest putInTxn() {
        return put(MISTAKE_IN_TXN);
    }

    RangeRequest rangeInTxn() {
        return range(MISTAKE_IN_TXN);
    }

    DeleteRangeRequest deleteRangeInTxn() {
        return deleteRange(MISTAKE_IN_TXN);
    }

    private PutRequest put(double mistake) {
        PutRequest.Builder put = PutRequest.newBuilder()
                .setKey(key(mistake))
                .setValue(keys.value())
                .setPrevKv(chance(0.3));
        if (chance(mistake)) {
            put.setLease(random.nextInt(3) - 1L + (chance(0.5) ? Long.MAX_VALUE - 1 : 1));
        }
        leases.ifPresent(with -> put.setLease(chance(0.6) ? with.likelyId() : put.getLease()));
        if (chance(mistake * 2)) {
            put.setIgnoreValue(true);
            if (chance(0.8)) {
                put.clearValue();
            }
        }
        if (chance(leases.isPresent() ? 0.15 : mistake * 2)) {
            put.setIgnoreLease(true);
            if (leases.isPresent() && chance(0.9)) {
                put.clearLease();
            }
        }
        return put.build();
    }

    private RangeRequest range(double mistake) {
        ByteString key = key(mistake);
        RangeRequest.Builder range = RangeRequest.newBuilder()
                .setKey(key)
                .setRangeEnd(keys.rangeEnd(key))
                .setSerializable(chance(0.3))
                .setKeysOnly(chance(0.15))
                .setCountOnly(chance(0.1));
        if (chance(0.4)) {
            range.setLimit(
                    switch (random.nextInt(10)) {
                        case 0 -> -1;
                        case 1 -> Long.MAX_VALUE;
                        case 2 -> 100;
                        default -> 1 + random.nextInt(6);
                    });
        }
        if (chance(mistake > MISTAKE_IN_TXN ? 0.5 : 0.1)) {
            range.setRevision(revision());
        }
        if (chance(0.4)) {
            sort(range, chance(mistake));
        }
        if (chance(0.2)) {
            filters(range);
        }
        return range.build();
    }

    private void sort(RangeRequest.Builder range, boolean unknownOrder) {
        // 3 and 5 are no values of these enums. An unknown target is sent with an unknown order only: with any other
        // one it ends the
        // process of an etcd 3.5 (a nil sorter), and then there is nothing to compare with.
        range.setSortOrderValue(unknownOrder ? 3 : random.nextInt(3))
                .setSortTargetValue(random.nextInt(unknownOrder ? 6 : 5));
    }

    private void filters(RangeRequest.Builder range) {
        if (chance(0.4)) {
            range.setMinModRevision(bound());
        }
        if (chance(0.4)) {
            range.setMaxModRevision(bound());
        }
        if (chance(0.4)) {
            range.setMinCreateRevision(bound());
        }
        if (chance(0.4)) {
            range.setMaxCreateRevision(bound());
        }
    }

    private DeleteRangeRequest deleteRange(double mistake) {
        ByteString key = key(mistake);
        return DeleteRangeRequest.newBuilder()
                .setKey(key)
                // Mostly single keys: otherwise the store would be empty most of the time.
                .setRangeEnd(chance(0.4) ? keys.rangeEnd(key) : ByteString.EMPTY)
                .setPrevKv(chance(0.5))
                .build();
    }

    private CompactionRequest compaction() {
        long revision = switch (random.nextInt(10)) {
            case 0 -> Revisions.afterBase(compacted);
            case 1 -> Revisions.afterBase(compacted - 1);
            case 2 -> Revisions.afterBase(current + 1 + random.nextInt(3));
            case 3 -> random.nextInt(3) - 1L;
            case 4 -> Revisions.afterBase(current);
            default -> Revisions.afterBase(current - random.nextInt(15));
        };
        return CompactionRequest.newBuilder()
                .setRevision(revision)
                .setPhysical(chance(0.2))
                .build();
    }

    /**
     * Not at a revision that a compaction went to: etcd 3.5 answers those from the memory of the member (the last ten, once the physical work
     * is done), even when they are compacted, and with the compact revision of the time before.
     */
    private HashKVRequest hash() {
        List<Long> candidates = new ArrayList<>(List.of(
                Revisions.afterBase(current + 1),
                Revisions.afterBase(current + 1000),
                Revisions.afterBase(Math.max(1, compacted - 1))));
        for (int i = 0; i < 4; i++) {
            candidates.add(Revisions.afterBase(Math.max(1, current - random.nextInt(20))));
        }
        if (!compactions.contains(current)) {
            candidates.add(0L);
            candidates.add(-1L);
        }
        candidates.removeIf(revision -> compactions.contains(revision - Revisions.afterBase(0)));
        return HashKVRequest.newBuilder()
                .setRevision(candidates.get(random.nextInt(candidates.size())))
                .build();
    }

    private ByteString key(double mistake) {
        return chance(mistake / 2) ? ByteString.EMPTY : keys.key();
    }

    /** A revision to read at: mostly one that can still be read, or one around the edges of what can. */
    private long revision() {
        return switch (random.nextInt(20)) {
            case 0 -> -1 - random.nextInt(3);
            case 1 -> random.nextInt(3);
            case 2 -> chance(0.5) ? Long.MAX_VALUE : Long.MIN_VALUE;
            case 3 -> Revisions.afterBase(current + 1);
            case 4 -> Revisions.afterBase(current + 1000);
            case 5, 6, 7 -> Revisions.afterBase(compacted - 1 + random.nextInt(3));
            case 8, 9 -> Revisions.afterBase(current);
            default ->
                Revisions.afterBase(current - random.nextInt((int) Math.max(1, Math.min(40, current - compacted))));
        };
    }

    /** One that was compacted, if any was, or one that is still to come. */
    long unreadableRevision() {
        return Revisions.afterBase(chance(0.5) ? compacted - 1 : current + 1 + random.nextInt(3));
    }

    /** A bound for the filters on revisions. */
    private long bound() {
        return chance(0.1) ? random.nextInt(5) - 2L : recentRevision();
    }

    /** A revision that keys of now are likely to carry. */
    long recentRevision() {
        return Revisions.afterBase(current - random.nextInt(40));
    }

    private boolean chance(double probability) {
        return random.nextDouble() < probability;
    }
}
