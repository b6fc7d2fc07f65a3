package io.lockstep.cli.output;

import com.google.protobuf.ByteString;
import io.lockstep.api.AlarmResponse;
import io.lockstep.api.DeleteRangeResponse;
import io.lockstep.api.Member;
import io.lockstep.api.MemberListResponse;
import io.lockstep.api.MoveLeaderResponse;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.ResponseOp;
import io.lockstep.api.StatusResponse;
import io.lockstep.api.TxnResponse;
import io.lockstep.api.WatchResponse;
import io.lockstep.api.mvcc.Event;
import io.lockstep.api.mvcc.KeyValue;
import java.util.List;

/** Lines for eyes and for pipes: keys and values one below the other. */
record SimplePrinter(boolean hex, boolean valueOnly) implements Printer {
    @Override
    public void get(Text out, RangeResponse answer) {
        answer.getKvsList().forEach(kv -> keyValue(out, kv, valueOnly));
    }

    @Override
    public void put(Text out, PutResponse answer) {
        out.line("OK");
        if (answer.hasPrevKv()) {
            keyValue(out, answer.getPrevKv(), false);
        }
    }

    @Override
    public void delete(Text out, DeleteRangeResponse answer) {
        out.line(Long.toString(answer.getDeleted()));
        answer.getPrevKvsList().forEach(kv -> keyValue(out, kv, false));
    }

    @Override
    public void txn(Text out, TxnResponse answer) {
        out.line(answer.getSucceeded() ? "SUCCESS" : "FAILURE");
        for (ResponseOp response : answer.getResponsesList()) {
            out.line("");
            switch (response.getResponseCase()) {
                case RESPONSE_RANGE -> get(out, response.getResponseRange());
                case RESPONSE_PUT -> put(out, response.getResponsePut());
                case RESPONSE_DELETE_RANGE -> delete(out, response.getResponseDeleteRange());
                case RESPONSE_TXN -> txn(out, response.getResponseTxn());
                case RESPONSE_NOT_SET -> out.line("(no answer)");
            }
        }
    }

    @Override
    public void watch(Text out, WatchResponse answer) {
        for (Event event : answer.getEventsList()) {
            out.line(event.getType().name());
            if (event.hasPrevKv()) {
                keyValue(out, event.getPrevKv(), valueOnly);
            }
            keyValue(out, event.getKv(), valueOnly);
        }
    }

    private void keyValue(Text out, KeyValue kv, boolean withoutKey) {
        if (!withoutKey) {
            bytes(out, kv.getKey());
        }
        bytes(out, kv.getValue());
    }

    private void bytes(Text out, ByteString bytes) {
        if (hex) {
            out.line(Go.hex(bytes));
        } else {
            out.add(bytes).line("");
        }
    }

    @Override
    public void members(Text out, MemberListResponse answer) {
        memberRows(answer).forEach(row -> out.line(String.join(", ", row)));
    }

    /** The blank at the end is etcdctl's. */
    @Override
    public void alarms(Text out, AlarmResponse answer) {
        answer.getAlarmsList()
                .forEach(alarm -> out.line(
                        "memberID:" + Long.toUnsignedString(alarm.getMemberID()) + " alarm:" + alarm.getAlarm() + " "));
    }

    @Override
    public void moved(Text out, long from, long to, MoveLeaderResponse answer) {
        out.line("Leadership transferred from " + Go.id(from) + " to " + Go.id(to));
    }

    @Override
    public void status(Text out, List<EndpointStatus> answers) {
        statusRows(answers).forEach(row -> out.line(String.join(", ", row)));
    }

    @Override
    public void hashes(Text out, List<EndpointHash> answers) {
        hashRows(answers).forEach(row -> out.line(String.join(", ", row)));
    }

    @Override
    public void health(Text out, List<EndpointHealth> answers) {
        for (EndpointHealth answer : answers) {
            out.line(
                    answer.healthy()
                            ? answer.endpoint() + " is healthy: successfully committed proposal: took = "
                                    + Go.duration(answer.tookNanos())
                            : answer.endpoint() + " is unhealthy: failed to commit proposal: " + answer.error());
        }
    }

    static List<List<String>> memberRows(MemberListResponse answer) {
        return answer.getMembersList().stream().map(SimplePrinter::memberRow).toList();
    }

    private static List<String> memberRow(Member member) {
        return List.of(
                Go.id(member.getID()),
                member.getName().isEmpty() ? "unstarted" : "started",
                member.getName(),
                String.join(",", member.getPeerURLsList()),
                String.join(",", member.getClientURLsList()),
                Boolean.toString(member.getIsLearner()));
    }

    static List<List<String>> statusRows(List<EndpointStatus> answers) {
        return answers.stream().map(SimplePrinter::statusRow).toList();
    }

    private static List<String> statusRow(EndpointStatus answer) {
        StatusResponse status = answer.status();
        return List.of(
                answer.endpoint(),
                Go.id(status.getHeader().getMemberId()),
                status.getVersion(),
                Go.size(status.getDbSize()),
                Boolean.toString(status.getLeader() == status.getHeader().getMemberId()),
                Boolean.toString(status.getIsLearner()),
                Long.toUnsignedString(status.getRaftTerm()),
                Long.toUnsignedString(status.getRaftIndex()),
                Long.toUnsignedString(status.getRaftAppliedIndex()),
                String.join(", ", status.getErrorsList()));
    }

    static List<List<String>> hashRows(List<EndpointHash> answers) {
        return answers.stream()
                .map(answer -> List.of(
                        answer.endpoint(),
                        Integer.toUnsignedString(answer.hash().getHash())))
                .toList();
    }
}
