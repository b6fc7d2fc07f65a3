package io.lockstep.node.apply;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.lockstep.api.CompactionResponse;
import io.lockstep.api.Compare;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.DeleteRangeResponse;
import io.lockstep.api.LeaseGrantRequest;
import io.lockstep.api.LeaseGrantResponse;
import io.lockstep.api.LeaseRevokeResponse;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeRequest.SortOrder;
import io.lockstep.api.RangeRequest.SortTarget;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.RequestOp;
import io.lockstep.api.ResponseHeader;
import io.lockstep.api.ResponseOp;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.TxnResponse;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.node.error.KvError;
import io.lockstep.node.lease.Lease;
import io.lockstep.proto.log.Command;
import io.lockstep.proto.log.ExpireLease;
import io.lockstep.proto.log.RenewLeases;
import io.lockstep.proto.log.RenewedLeases;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the store must do, said as plainly as possible: every revision is a whole map of its own. Shares no code with the
 * real one. A command runs on a copy, which replaces the newest map if the command was not refused.
 */
final class NaiveModel {
    /** What a command came to; exactly one of response and rejection. */
    record Outcome(Message response, KvError rejection, long revision) {}

    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final KvError error;

        Refused(KvError error) {
            super(error.text());
            this.error = error;
        }
    }

    private static final Comparator<ByteString> UNSIGNED = ByteString.unsignedLexicographicalComparator();
    private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

    /** history.get(r) is the store at revision r; there is no revision 0. */
    private final List<NavigableMap<ByteString, KeyValue>> history = new ArrayList<>();

    private long compactRevision = -1;
    /** The command under way. */
    private NavigableMap<ByteString, KeyValue> working = new TreeMap<>(UNSIGNED);

    private final Set<ByteString> changed = new HashSet<>();

    private final Map<Long, Lease> leases = new TreeMap<>(Long::compareUnsigned);
    private long grants;

    NaiveModel() {
        history.add(new TreeMap<>(UNSIGNED));
        history.add(new TreeMap<>(UNSIGNED));
    }

    long revision() {
        return history.size() - 1;
    }

    long compactRevision() {
        return compactRevision;
    }

    Outcome execute(Command command) {
        working = new TreeMap<>(history.get(history.size() - 1));
        changed.clear();
        try {
            Message response = switch (command.getCommandCase()) {
                case PUT -> putAlone(command.getPut());
                case DELETE_RANGE -> delete(command.getDeleteRange()).build();
                case TXN -> txn(command.getTxn());
                case COMPACTION -> compact(command.getCompaction().getRevision());
                case LEASE_GRANT -> grant(command.getLeaseGrant());
                case LEASE_REVOKE -> revoke(command.getLeaseRevoke().getID());
                case RENEW_LEASES -> renew(command.getRenewLeases());
                case EXPIRE_LEASE -> expire(command.getExpireLease());
                default -> throw new IllegalArgumentException("the model has no " + command.getCommandCase());
            };
            if (!changed.isEmpty()) {
                history.add(working);
            }
            return new Outcome(response, null, revision());
        } catch (Refused e) {
            return new Outcome(null, e.error, revision());
        }
    }

    private long workingRevision() {
        return revision() + (changed.isEmpty() ? 0 : 1);
    }

    private Message compact(long revision) {
        if (revision <= compactRevision) {
            throw new Refused(KvError.COMPACTED);
        }
        if (revision > revision()) {
            throw new Refused(KvError.FUTURE_REVISION);
        }
        compactRevision = revision;
        return CompactionResponse.getDefaultInstance();
    }

    /** By id, as unsigned numbers. */
    List<Lease> leases() {
        return List.copyOf(leases.values());
    }

    /** The keys of a lease, in order. */
    List<ByteString> keysOf(long lease) {
        return history.get(history.size() - 1).values().stream()
                .filter(kv -> kv.getLease() == lease)
                .map(KeyValue::getKey)
                .toList();
    }

    private Message grant(LeaseGrantRequest request) {
        if (request.getID() == 0) {
            throw new Refused(KvError.LEASE_NOT_FOUND);
        }
        if (leases.containsKey(request.getID())) {
            throw new Refused(KvError.LEASE_EXISTS);
        }
        leases.put(request.getID(), new Lease(request.getID(), request.getTTL(), ++grants, 0));
        return LeaseGrantResponse.newBuilder()
                .setID(request.getID())
                .setTTL(request.getTTL())
                .build();
    }

    private Message renew(RenewLeases request) {
        RenewedLeases.Builder response = RenewedLeases.newBuilder();
        for (long id : request.getLeasesList()) {
            Lease lease =
                    leases.computeIfPresent(id, (i, l) -> new Lease(i, l.ttlSeconds(), l.grant(), l.renewals() + 1));
            response.addTtls(lease == null ? 0 : lease.ttlSeconds());
        }
        return response.build();
    }

    private Message expire(ExpireLease request) {
        Lease lease = leases.get(request.getLease());
        if (lease == null
                || lease.grant() != request.getGrant()
                || lease.renewals() != request.getRenewals()
                || request.getTerm() != StateHarness.TERM) {
            throw new Refused(KvError.LEASE_NOT_FOUND);
        }
        return revoke(request.getLease());
    }

    private Message revoke(long id) {
        if (leases.remove(id) == null) {
            throw new Refused(KvError.LEASE_NOT_FOUND);
        }
        for (ByteString key : keysOf(id)) {
            working.remove(key);
            changed.add(key);
        }
        return LeaseRevokeResponse.getDefaultInstance();
    }

    private Message putAlone(PutRequest put) {
        if (put.getKey().isEmpty()) {
            throw new Refused(KvError.KEY_NOT_PROVIDED);
        }
        if (put.getLease() != 0 && !leases.containsKey(put.getLease())) {
            throw new Refused(KvError.LEASE_NOT_FOUND);
        }
        return put(put).build();
    }

    private PutResponse.Builder put(PutRequest put) {
        KeyValue old = working.get(put.getKey());
        if (old == null && (put.getIgnoreValue() || put.getIgnoreLease())) {
            throw new Refused(KvError.KEY_NOT_FOUND);
        }
        if (!changed.add(put.getKey())) {
            throw new Refused(KvError.DUPLICATE_KEY);
        }
        long revision = revision() + 1;
        KeyValue.Builder kv = KeyValue.newBuilder()
                .setKey(put.getKey())
                .setValue(put.getIgnoreValue() ? old.getValue() : put.getValue())
                .setLease(put.getIgnoreLease() ? old.getLease() : put.getLease())
                .setModRevision(revision)
                .setCreateRevision(old == null ? revision : old.getCreateRevision())
                .setVersion(old == null ? 1 : old.getVersion() + 1);
        working.put(put.getKey(), kv.build());
        PutResponse.Builder response = PutResponse.newBuilder();
        if (put.getPrevKv() && old != null) {
            response.setPrevKv(old);
        }
        return response;
    }

    private DeleteRangeResponse.Builder delete(DeleteRangeRequest delete) {
        DeleteRangeResponse.Builder response = DeleteRangeResponse.newBuilder();
        for (KeyValue old : List.copyOf(in(working, delete.getKey(), delete.getRangeEnd()))) {
            if (!changed.add(old.getKey())) {
                throw new Refused(KvError.DUPLICATE_KEY);
            }
            working.remove(old.getKey());
            response.setDeleted(response.getDeleted() + 1);
            if (delete.getPrevKv()) {
                response.addPrevKvs(old);
            }
        }
        return response;
    }

    private static List<KeyValue> in(NavigableMap<ByteString, KeyValue> map, ByteString key, ByteString end) {
        List<KeyValue> found = new ArrayList<>();
        for (Map.Entry<ByteString, KeyValue> entry : map.entrySet()) {
            ByteString k = entry.getKey();
            boolean hit = end.isEmpty()
                    ? k.equals(key)
                    : UNSIGNED.compare(k, key) >= 0 && (end.equals(ZERO) || UNSIGNED.compare(k, end) < 0);
            if (hit) {
                found.add(entry.getValue());
            }
        }
        return found;
    }

    /** Reads the newest revision, or an older one. */
    RangeResponse range(RangeRequest request) {
        return range(request, history.get(history.size() - 1), revision());
    }

    private RangeResponse range(RangeRequest request, NavigableMap<ByteString, KeyValue> newest, long newestRevision) {
        long at = request.getRevision();
        if (at > newestRevision) {
            throw new Refused(KvError.FUTURE_REVISION);
        }
        if (at > 0 && at < compactRevision) {
            throw new Refused(KvError.COMPACTED);
        }
        NavigableMap<ByteString, KeyValue> map = at <= 0 || at == newestRevision ? newest : history.get((int) at);
        List<KeyValue> kvs = new ArrayList<>(in(map, request.getKey(), request.getRangeEnd()));
        RangeResponse.Builder response = RangeResponse.newBuilder().setCount(kvs.size());
        if (request.getCountOnly()) {
            return response.build();
        }
        boolean filtered = request.getMinModRevision() != 0
                || request.getMaxModRevision() != 0
                || request.getMinCreateRevision() != 0
                || request.getMaxCreateRevision() != 0;
        long limit = request.getLimit();
        if (request.getSortOrder() == SortOrder.NONE && !filtered && limit > 0 && kvs.size() > limit + 1) {
            kvs = new ArrayList<>(kvs.subList(0, (int) limit + 1));
        }
        kvs.removeIf(kv -> request.getMaxModRevision() != 0 && kv.getModRevision() > request.getMaxModRevision());
        kvs.removeIf(kv -> request.getMinModRevision() != 0 && kv.getModRevision() < request.getMinModRevision());
        kvs.removeIf(
                kv -> request.getMaxCreateRevision() != 0 && kv.getCreateRevision() > request.getMaxCreateRevision());
        kvs.removeIf(
                kv -> request.getMinCreateRevision() != 0 && kv.getCreateRevision() < request.getMinCreateRevision());
        sort(kvs, request);
        if (limit > 0 && kvs.size() > limit) {
            kvs = kvs.subList(0, (int) limit);
            response.setMore(true);
        }
        for (KeyValue kv : kvs) {
            response.addKvs(request.getKeysOnly() ? kv.toBuilder().clearValue().build() : kv);
        }
        return response.build();
    }

    private static void sort(List<KeyValue> kvs, RangeRequest request) {
        Comparator<KeyValue> by = switch (request.getSortTarget()) {
            case KEY -> Comparator.comparing(KeyValue::getKey, UNSIGNED);
            case VERSION -> Comparator.comparingLong(KeyValue::getVersion);
            case CREATE -> Comparator.comparingLong(KeyValue::getCreateRevision);
            case MOD -> Comparator.comparingLong(KeyValue::getModRevision);
            case VALUE -> Comparator.comparing(KeyValue::getValue, UNSIGNED);
            case UNRECOGNIZED -> null;
        };
        SortOrder order = request.getSortOrder();
        if (order == SortOrder.DESCEND) {
            kvs.sort(by.reversed());
        } else if (order == SortOrder.ASCEND || request.getSortTarget() != SortTarget.KEY) {
            kvs.sort(by);
        }
    }

    private Message txn(TxnRequest txn) {
        Map<TxnRequest, Boolean> ways = new java.util.IdentityHashMap<>();
        decide(txn, ways);
        checkPuts(txn, ways);
        checkRanges(txn, ways);
        return run(txn, ways).build();
    }

    private static List<RequestOp> taken(TxnRequest txn, Map<TxnRequest, Boolean> ways) {
        return ways.get(txn) ? txn.getSuccessList() : txn.getFailureList();
    }

    private void decide(TxnRequest txn, Map<TxnRequest, Boolean> ways) {
        ways.put(txn, txn.getCompareList().stream().allMatch(this::holds));
        taken(txn, ways).stream().filter(RequestOp::hasRequestTxn).forEach(op -> decide(op.getRequestTxn(), ways));
    }

    private void checkPuts(TxnRequest txn, Map<TxnRequest, Boolean> ways) {
        for (RequestOp op : taken(txn, ways)) {
            if (op.hasRequestTxn()) {
                checkPuts(op.getRequestTxn(), ways);
            } else if (op.hasRequestPut()) {
                PutRequest put = op.getRequestPut();
                if (put.getKey().isEmpty()) {
                    throw new Refused(KvError.KEY_NOT_PROVIDED);
                }
                if ((put.getIgnoreValue() || put.getIgnoreLease()) && !working.containsKey(put.getKey())) {
                    throw new Refused(KvError.KEY_NOT_FOUND);
                }
                if (put.getLease() != 0 && !leases.containsKey(put.getLease())) {
                    throw new Refused(KvError.LEASE_NOT_FOUND);
                }
            }
        }
    }

    private void checkRanges(TxnRequest txn, Map<TxnRequest, Boolean> ways) {
        for (RequestOp op : taken(txn, ways)) {
            if (op.hasRequestTxn()) {
                checkRanges(op.getRequestTxn(), ways);
            } else if (op.hasRequestRange()) {
                long at = op.getRequestRange().getRevision();
                if (at > revision()) {
                    throw new Refused(KvError.FUTURE_REVISION);
                }
                if (at != 0 && at < compactRevision) {
                    throw new Refused(KvError.COMPACTED);
                }
            }
        }
    }

    private TxnResponse.Builder run(TxnRequest txn, Map<TxnRequest, Boolean> ways) {
        TxnResponse.Builder response = TxnResponse.newBuilder().setSucceeded(ways.get(txn));
        for (RequestOp op : taken(txn, ways)) {
            ResponseOp.Builder answer = ResponseOp.newBuilder();
            switch (op.getRequestCase()) {
                case REQUEST_RANGE ->
                    answer.setResponseRange(range(op.getRequestRange(), working, workingRevision()).toBuilder()
                            .setHeader(header()));
                case REQUEST_PUT ->
                    answer.setResponsePut(put(op.getRequestPut()).setHeader(header()));
                case REQUEST_DELETE_RANGE -> {
                    DeleteRangeResponse.Builder deleted = delete(op.getRequestDeleteRange());
                    answer.setResponseDeleteRange(deleted.setHeader(header()));
                }
                case REQUEST_TXN ->
                    answer.setResponseTxn(run(op.getRequestTxn(), ways).setHeader(ResponseHeader.getDefaultInstance()));
                case REQUEST_NOT_SET -> throw new Refused(KvError.KEY_NOT_FOUND);
            }
            response.addResponses(answer);
        }
        return response;
    }

    private ResponseHeader.Builder header() {
        return ResponseHeader.newBuilder().setRevision(workingRevision());
    }

    private boolean holds(Compare compare) {
        List<KeyValue> kvs = in(working, compare.getKey(), compare.getRangeEnd());
        if (kvs.isEmpty()) {
            return compare.getTarget() != Compare.CompareTarget.VALUE && holds(compare, KeyValue.getDefaultInstance());
        }
        return kvs.stream().allMatch(kv -> holds(compare, kv));
    }

    private static boolean holds(Compare compare, KeyValue kv) {
        int order = switch (compare.getTarget()) {
            case VERSION -> Long.compare(kv.getVersion(), compare.getVersion());
            case CREATE -> Long.compare(kv.getCreateRevision(), compare.getCreateRevision());
            case MOD -> Long.compare(kv.getModRevision(), compare.getModRevision());
            case VALUE -> UNSIGNED.compare(kv.getValue(), compare.getValue());
            case LEASE -> Long.compare(kv.getLease(), compare.getLease());
            case UNRECOGNIZED -> 0;
        };
        return switch (compare.getResult()) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case GREATER -> order > 0;
            case LESS -> order < 0;
            case UNRECOGNIZED -> true;
        };
    }
}
