package io.lockstep.node.apply;

import com.google.protobuf.ByteString;
import io.lockstep.api.CompactionRequest;
import io.lockstep.api.Compare;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.LeaseGrantRequest;
import io.lockstep.api.LeaseRevokeRequest;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;
import io.lockstep.proto.log.Command;
import io.lockstep.proto.log.ExpireLease;
import io.lockstep.proto.log.RenewLeases;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Commands and reads over few keys that are chosen to be awkward: prefixes of each other, 0x00 and 0xff in them. */
final class RandomCommands {
    private static final List<ByteString> KEYS = Stream.of(
                    "61", "6100", "610062", "6101", "61ff", "6162", "62", "00", "0000", "00ff", "ff", "ffff", "7f",
                    "80")
            .map(RandomCommands::hex)
            .toList();
    private static final ByteString ZERO = hex("00");
    /** Negative ones are legal; the last sorts behind all. */
    private static final List<Long> LEASES = List.of(1L, 5L, Long.MIN_VALUE, -2L, -1L);

    private final Random random;

    RandomCommands(long seed) {
        this.random = new Random(seed);
    }

    private static ByteString hex(String digits) {
        return ByteString.fromHex(digits);
    }

    boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    int below(int n) {
        return random.nextInt(n);
    }

    private ByteString key() {
        return KEYS.get(random.nextInt(KEYS.size()));
    }

    private ByteString end() {
        return switch (random.nextInt(5)) {
            case 0 -> ZERO;
            case 1, 2 -> ByteString.EMPTY;
            default -> key();
        };
    }

    Command.Builder command(long revision, long compactRevision) {
        int kind = random.nextInt(100);
        if (kind < 8) {
            return leaseCommand();
        }
        if (kind < 45) {
            return Command.newBuilder().setPut(put());
        }
        if (kind < 60) {
            return Command.newBuilder().setDeleteRange(delete());
        }
        if (kind < 95) {
            return Command.newBuilder().setTxn(txn(3, revision));
        }
        long low = Math.max(compactRevision - 1, revision - 12);
        return Command.newBuilder()
                .setCompaction(
                        CompactionRequest.newBuilder().setRevision(low + random.nextInt((int) (revision - low) + 2)));
    }

    private long lease() {
        return LEASES.get(random.nextInt(LEASES.size()));
    }

    private Command.Builder leaseCommand() {
        return switch (random.nextInt(7)) {
            case 0, 1, 2 ->
                Command.newBuilder()
                        .setLeaseGrant(
                                LeaseGrantRequest.newBuilder().setID(lease()).setTTL(1 + random.nextInt(90)));
            case 3 ->
                Command.newBuilder()
                        .setLeaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease()));
            case 4, 5 ->
                Command.newBuilder()
                        .setRenewLeases(
                                RenewLeases.newBuilder().addLeases(lease()).addLeases(lease()));
            default ->
                Command.newBuilder()
                        .setExpireLease(ExpireLease.newBuilder()
                                .setLease(lease())
                                .setGrant(1 + random.nextInt(6))
                                .setRenewals(random.nextInt(3))
                                .setTerm(oneIn(4) ? 2 : StateHarness.TERM));
        };
    }

    private PutRequest put() {
        PutRequest.Builder put = PutRequest.newBuilder()
                .setKey(oneIn(60) ? ByteString.EMPTY : key())
                .setPrevKv(oneIn(3))
                .setIgnoreLease(oneIn(10))
                .setLease(oneIn(3) ? lease() : 0);
        return oneIn(8)
                ? put.setIgnoreValue(true).build()
                : put.setValue(value()).build();
    }

    private ByteString value() {
        return switch (random.nextInt(4)) {
            case 0 -> ByteString.EMPTY;
            case 1 -> hex("ff");
            default -> ByteString.copyFromUtf8("v" + random.nextInt(5));
        };
    }

    private DeleteRangeRequest delete() {
        return DeleteRangeRequest.newBuilder()
                .setKey(key())
                .setRangeEnd(end())
                .setPrevKv(oneIn(2))
                .build();
    }

    private TxnRequest txn(int depth, long revision) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = random.nextInt(3); i > 0; i--) {
            txn.addCompare(compare(revision));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            txn.addSuccess(op(depth, revision));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            txn.addFailure(op(depth, revision));
        }
        return txn.build();
    }

    private RequestOp op(int depth, long revision) {
        int kind = random.nextInt(40);
        if (kind == 0) {
            return RequestOp.getDefaultInstance();
        }
        if (kind < 16) {
            return RequestOp.newBuilder().setRequestPut(put()).build();
        }
        if (kind < 22) {
            return RequestOp.newBuilder().setRequestDeleteRange(delete()).build();
        }
        if (kind < 32 || depth == 1) {
            return RequestOp.newBuilder().setRequestRange(range(revision)).build();
        }
        return RequestOp.newBuilder().setRequestTxn(txn(depth - 1, revision)).build();
    }

    private Compare compare(long revision) {
        Compare.Builder compare = Compare.newBuilder()
                .setKey(key())
                .setRangeEnd(oneIn(3) ? end() : ByteString.EMPTY)
                .setResultValue(random.nextInt(4))
                .setTargetValue(random.nextInt(5));
        long near = Math.max(0, revision - random.nextInt(12));
        return switch (random.nextInt(6)) {
            case 0 -> compare.setVersion(random.nextInt(4)).build();
            case 1 -> compare.setCreateRevision(near).build();
            case 2 -> compare.setModRevision(near).build();
            case 3 -> compare.setValue(value()).build();
            case 4 -> compare.setLease(random.nextInt(2)).build();
            default -> compare.build();
        };
    }

    RangeRequest range(long revision) {
        RangeRequest.Builder range = RangeRequest.newBuilder()
                .setKey(key())
                .setRangeEnd(end())
                .setLimit(oneIn(2) ? 0 : random.nextInt(5) - 1)
                .setKeysOnly(oneIn(5))
                .setCountOnly(oneIn(8));
        if (oneIn(3)) {
            range.setRevision(revision + 2 - random.nextInt(20));
        }
        if (oneIn(3)) {
            range.setSortOrderValue(random.nextInt(3)).setSortTargetValue(random.nextInt(5));
        }
        if (oneIn(4)) {
            range.setMinModRevision(random.nextInt((int) revision + 2))
                    .setMaxCreateRevision(random.nextInt((int) revision + 2));
        }
        if (oneIn(6)) {
            range.setMaxModRevision(random.nextInt((int) revision + 2))
                    .setMinCreateRevision(random.nextInt((int) revision + 2));
        }
        return range.build();
    }
}
