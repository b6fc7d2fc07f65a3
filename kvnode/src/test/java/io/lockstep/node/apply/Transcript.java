package io.lockstep.node.apply;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.lockstep.api.AlarmRequest;
import io.lockstep.api.AlarmResponse;
import io.lockstep.api.AlarmType;
import io.lockstep.api.CompactionRequest;
import io.lockstep.api.CompactionResponse;
import io.lockstep.api.Compare;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.DeleteRangeResponse;
import io.lockstep.api.LeaseGrantRequest;
import io.lockstep.api.LeaseGrantResponse;
import io.lockstep.api.LeaseRevokeRequest;
import io.lockstep.api.LeaseRevokeResponse;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.RequestOp;
import io.lockstep.api.ResponseOp;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.TxnResponse;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.node.error.KvException;
import io.lockstep.node.lease.Lease;
import io.lockstep.node.lease.LeaseReader;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.proto.log.Command;
import io.lockstep.proto.log.ExpireLease;
import io.lockstep.proto.log.RenewLeases;
import io.lockstep.proto.log.RenewedLeases;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The language of transcripts. One command a block; in a txn, lines deeper by two blanks belong to the line above.
 *
 * <pre>
 * put KEY VALUE [prev_kv] [ignore_value] [ignore_lease] [lease=N]
 * del KEY [END] [prev_kv]                 END: "\0" is to the last key
 * get KEY [END] [rev=N] [limit=N] [order=asc|desc] [by=TARGET] [keys_only] [count_only] [min_mod=N] ...
 * compact N                               physically, too
 * txn
 *   if TARGET KEY[..END] =|!=|&lt;|&gt; VALUE
 *   then COMMAND
 *   else COMMAND
 * alarm activate|deactivate KIND MEMBER
 * restart                                 a clean one
 * </pre>
 *
 * Answers show a key as {@code key=value (create mod version)}.
 */
final class Transcript {
    private final StateHarness first;
    private StateHarness node;

    Transcript(StateHarness node) {
        this.first = node;
        this.node = node;
    }

    void close() {
        node.close();
    }

    /** What the block's command answers, in lines. */
    String run(String block) {
        Deque<String> lines = new ArrayDeque<>(List.of(block.split("\n")));
        String line = lines.peek();
        if (line.startsWith("get ")) {
            return get(range(words(line)));
        }
        if (line.startsWith("leases")) {
            return leases();
        }
        if (line.equals("restart")) {
            node.close();
            node = new StateHarness(first.directory, first.limits);
            return "ok";
        }
        CommandResult result = node.run(command(lines));
        node.runBackground();
        return result.rejection() != null
                ? "error: " + result.rejection().name()
                : "rev " + result.revision() + show(result.response(), "");
    }

    private String get(RangeRequest request) {
        ReadView view = node.state.acquireView();
        try {
            RangeResponse response = view.range(request).toResponse().build();
            return "rev " + view.revision() + show(response, "");
        } catch (KvException.Rejected e) {
            return "error: " + e.error().name();
        } finally {
            view.release();
        }
    }

    /** Every lease with its keys. */
    private String leases() {
        ReadView view = node.state.acquireView();
        try {
            List<Lease> all = view.leases(LeaseReader::all);
            return all.isEmpty()
                    ? "none"
                    : all.stream().map(lease -> show(lease, view)).collect(Collectors.joining("\n"));
        } finally {
            view.release();
        }
    }

    private static String show(Lease lease, ReadView view) {
        List<ByteString> keys = view.leases(table -> table.keys(lease.id()));
        return lease.id() + " ttl " + lease.ttlSeconds() + " grant " + lease.grant() + " renewals " + lease.renewals()
                + keys.stream()
                        .map(key -> " " + key.toStringUtf8().replace("\0", "\\0"))
                        .collect(Collectors.joining());
    }

    private static List<String> words(String line) {
        return List.of(line.trim().split(" +"));
    }

    private static ByteString bytes(String word) {
        return ByteString.copyFromUtf8(word.equals("\"\"") ? "" : word.replace("\\0", "\0"));
    }

    private static Command.Builder command(Deque<String> lines) {
        List<String> words = words(lines.peek());
        return switch (words.get(0)) {
            case "put" -> Command.newBuilder().setPut(put(words));
            case "del" -> Command.newBuilder().setDeleteRange(delete(words));
            case "compact" ->
                Command.newBuilder()
                        .setCompaction(CompactionRequest.newBuilder().setRevision(Long.parseLong(words.get(1))));
            case "txn" -> Command.newBuilder().setTxn(txn(lines));
            case "grant" ->
                Command.newBuilder()
                        .setLeaseGrant(LeaseGrantRequest.newBuilder()
                                .setID(Long.parseLong(words.get(1)))
                                .setTTL(Long.parseLong(words.get(2))));
            case "revoke" ->
                Command.newBuilder()
                        .setLeaseRevoke(LeaseRevokeRequest.newBuilder().setID(Long.parseLong(words.get(1))));
            case "renew" ->
                Command.newBuilder()
                        .setRenewLeases(RenewLeases.newBuilder()
                                .addAllLeases(words.stream()
                                        .skip(1)
                                        .map(Long::valueOf)
                                        .toList()));
            case "expire" ->
                Command.newBuilder()
                        .setExpireLease(ExpireLease.newBuilder()
                                .setLease(Long.parseLong(words.get(1)))
                                .setGrant(number(words.get(2)))
                                .setRenewals(number(words.get(3)))
                                .setTerm(number(words.get(4))));
            case "alarm" -> Command.newBuilder().setAlarm(alarm(words));
            default -> throw new IllegalArgumentException(lines.peek());
        };
    }

    private static AlarmRequest alarm(List<String> words) {
        return AlarmRequest.newBuilder()
                .setAction(AlarmRequest.AlarmAction.valueOf(words.get(1).toUpperCase(Locale.ROOT)))
                .setAlarm(AlarmType.valueOf(words.get(2)))
                .setMemberID(Long.parseLong(words.get(3)))
                .build();
    }

    private static PutRequest put(List<String> words) {
        PutRequest.Builder put =
                PutRequest.newBuilder().setKey(bytes(words.get(1))).setValue(bytes(words.get(2)));
        for (String option : words.subList(3, words.size())) {
            switch (name(option)) {
                case "prev_kv" -> put.setPrevKv(true);
                case "ignore_value" -> put.setIgnoreValue(true);
                case "ignore_lease" -> put.setIgnoreLease(true);
                case "lease" -> put.setLease(number(option));
                default -> throw new IllegalArgumentException(option);
            }
        }
        return put.build();
    }

    private static DeleteRangeRequest delete(List<String> words) {
        DeleteRangeRequest.Builder delete = DeleteRangeRequest.newBuilder().setKey(bytes(words.get(1)));
        for (String option : words.subList(2, words.size())) {
            if (option.equals("prev_kv")) {
                delete.setPrevKv(true);
            } else {
                delete.setRangeEnd(bytes(option));
            }
        }
        return delete.build();
    }

    private static RangeRequest range(List<String> words) {
        RangeRequest.Builder range = RangeRequest.newBuilder().setKey(bytes(words.get(1)));
        for (String option : words.subList(2, words.size())) {
            switch (name(option)) {
                case "rev" -> range.setRevision(number(option));
                case "limit" -> range.setLimit(number(option));
                case "keys_only" -> range.setKeysOnly(true);
                case "count_only" -> range.setCountOnly(true);
                case "min_mod" -> range.setMinModRevision(number(option));
                case "max_mod" -> range.setMaxModRevision(number(option));
                case "min_create" -> range.setMinCreateRevision(number(option));
                case "max_create" -> range.setMaxCreateRevision(number(option));
                case "order" ->
                    range.setSortOrder(
                            option.endsWith("desc") ? RangeRequest.SortOrder.DESCEND : RangeRequest.SortOrder.ASCEND);
                case "by" ->
                    range.setSortTarget(
                            RangeRequest.SortTarget.valueOf(option.substring(3).toUpperCase(Locale.ROOT)));
                default -> range.setRangeEnd(bytes(option));
            }
        }
        return range.build();
    }

    private static String name(String option) {
        return option.split("=", 2)[0];
    }

    private static long number(String option) {
        return Long.parseLong(option.split("=", 2)[1]);
    }

    private static int depth(String line) {
        return line.length() - line.stripLeading().length();
    }

    /** The head of the lines is the one with {@code txn} in it; takes it and the deeper ones. */
    private static TxnRequest txn(Deque<String> lines) {
        int depth = depth(lines.remove());
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        while (!lines.isEmpty() && depth(lines.peek()) > depth) {
            List<String> words = words(lines.peek());
            switch (words.get(0)) {
                case "if" -> {
                    txn.addCompare(compare(words));
                    lines.remove();
                }
                case "then" -> txn.addSuccess(op(lines));
                case "else" -> txn.addFailure(op(lines));
                default -> throw new IllegalArgumentException(lines.peek());
            }
        }
        return txn.build();
    }

    private static RequestOp op(Deque<String> lines) {
        List<String> words = words(lines.peek());
        words = words.subList(1, words.size());
        RequestOp.Builder op = RequestOp.newBuilder();
        if (words.get(0).equals("txn")) {
            return op.setRequestTxn(txn(lines)).build();
        }
        lines.remove();
        switch (words.get(0)) {
            case "put" -> op.setRequestPut(put(words));
            case "del" -> op.setRequestDeleteRange(delete(words));
            case "get" -> op.setRequestRange(range(words));
            default -> throw new IllegalArgumentException(words.toString());
        }
        return op.build();
    }

    private static Compare compare(List<String> words) {
        String[] keys = words.get(2).split("\\.\\.", 2);
        Compare.Builder compare = Compare.newBuilder().setKey(bytes(keys[0]));
        if (keys.length > 1) {
            compare.setRangeEnd(bytes(keys[1]));
        }
        compare.setResult(
                switch (words.get(3)) {
                    case "=" -> Compare.CompareResult.EQUAL;
                    case "!=" -> Compare.CompareResult.NOT_EQUAL;
                    case "<" -> Compare.CompareResult.LESS;
                    case ">" -> Compare.CompareResult.GREATER;
                    default -> throw new IllegalArgumentException(words.get(3));
                });
        String operand = words.get(4);
        compare.setTarget(Compare.CompareTarget.valueOf(words.get(1).toUpperCase(Locale.ROOT)));
        return switch (compare.getTarget()) {
            case VERSION -> compare.setVersion(Long.parseLong(operand)).build();
            case CREATE -> compare.setCreateRevision(Long.parseLong(operand)).build();
            case MOD -> compare.setModRevision(Long.parseLong(operand)).build();
            case VALUE -> compare.setValue(bytes(operand)).build();
            case LEASE -> compare.setLease(Long.parseLong(operand)).build();
            case UNRECOGNIZED -> throw new IllegalArgumentException(words.get(1));
        };
    }

    private static String show(Message message, String indent) {
        if (message instanceof PutResponse put) {
            return put.hasPrevKv() ? ", before " + show(put.getPrevKv()) : "";
        }
        if (message instanceof DeleteRangeResponse deleted) {
            return ", deleted " + deleted.getDeleted() + lines(deleted.getPrevKvsList(), indent);
        }
        if (message instanceof RangeResponse range) {
            return ", count " + range.getCount() + (range.getMore() ? ", more" : "")
                    + lines(range.getKvsList(), indent);
        }
        if (message instanceof TxnResponse txn) {
            List<String> shown = new ArrayList<>();
            for (ResponseOp op : txn.getResponsesList()) {
                shown.add("\n" + indent + "  " + show(op, indent + "  "));
            }
            return ", " + (txn.getSucceeded() ? "then" : "else") + String.join("", shown);
        }
        if (message instanceof LeaseGrantResponse lease) {
            return ", lease " + lease.getID() + " ttl " + lease.getTTL();
        }
        if (message instanceof RenewedLeases renewed) {
            return ", ttls " + renewed.getTtlsList();
        }
        if (message instanceof AlarmResponse alarms) {
            return alarms.getAlarmsList().stream()
                    .map(alarm -> ", " + alarm.getAlarm() + " of " + alarm.getMemberID())
                    .collect(Collectors.joining());
        }
        if (message instanceof CompactionResponse || message instanceof LeaseRevokeResponse) {
            return "";
        }
        throw new IllegalArgumentException(message.toString());
    }

    private static String show(ResponseOp op, String indent) {
        return switch (op.getResponseCase()) {
            case RESPONSE_RANGE ->
                rev(op.getResponseRange().getHeader().getRevision()) + show(op.getResponseRange(), indent);
            case RESPONSE_PUT -> rev(op.getResponsePut().getHeader().getRevision()) + show(op.getResponsePut(), indent);
            case RESPONSE_DELETE_RANGE ->
                rev(op.getResponseDeleteRange().getHeader().getRevision()) + show(op.getResponseDeleteRange(), indent);
            case RESPONSE_TXN -> rev(op.getResponseTxn().getHeader().getRevision()) + show(op.getResponseTxn(), indent);
            case RESPONSE_NOT_SET -> "nothing";
        };
    }

    private static String rev(long revision) {
        return "rev " + revision;
    }

    private static String lines(List<KeyValue> kvs, String indent) {
        return kvs.stream().map(kv -> "\n" + indent + "  " + show(kv)).collect(Collectors.joining());
    }

    private static String show(KeyValue kv) {
        return kv.getKey().toStringUtf8().replace("\0", "\\0") + "="
                + kv.getValue().toStringUtf8() + " (" + kv.getCreateRevision() + " "
                + kv.getModRevision() + " " + kv.getVersion() + ")";
    }
}
