package io.lockstep.cli.output;

import io.lockstep.api.AlarmResponse;
import io.lockstep.api.DeleteRangeResponse;
import io.lockstep.api.HashKVResponse;
import io.lockstep.api.Member;
import io.lockstep.api.MemberListResponse;
import io.lockstep.api.MoveLeaderResponse;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.ResponseHeader;
import io.lockstep.api.ResponseOp;
import io.lockstep.api.StatusResponse;
import io.lockstep.api.TxnResponse;
import io.lockstep.api.WatchResponse;
import io.lockstep.api.mvcc.Event;
import io.lockstep.api.mvcc.KeyValue;
import java.util.List;

/**
 * JSON with etcdctl's names, which are those of Go's structs: snake case in some messages, camel case in others, numbers as
 * numbers, bytes in base 64, zero values left out.
 *
 * @param hex ids of {@code member list} as hexadecimal strings, as etcdctl has it there and nowhere else
 */
record JsonPrinter(boolean hex) implements Printer {
    @Override
    public void get(Text out, RangeResponse answer) {
        out.line(range(answer).toString());
    }

    @Override
    public void put(Text out, PutResponse answer) {
        out.line(put(answer).toString());
    }

    @Override
    public void delete(Text out, DeleteRangeResponse answer) {
        out.line(delete(answer).toString());
    }

    @Override
    public void txn(Text out, TxnResponse answer) {
        out.line(txn(answer).toString());
    }

    /** In the words of Go's client library, unlike all else. */
    @Override
    public void watch(Text out, WatchResponse answer) {
        out.line(new Json()
                .raw("Header", header(answer.getHeader()))
                .raw(
                        "Events",
                        Json.array(answer.getEventsList().stream()
                                .map(JsonPrinter::event)
                                .toList()))
                .raw("CompactRevision", answer.getCompactRevision())
                .raw("Canceled", answer.getCanceled())
                .raw("Created", answer.getCreated())
                .toString());
    }

    private static Json event(Event event) {
        Json json = new Json().number("type", event.getTypeValue()).raw("kv", keyValue(event.getKv()));
        return event.hasPrevKv() ? json.raw("prev_kv", keyValue(event.getPrevKv())) : json;
    }

    @Override
    public void members(Text out, MemberListResponse answer) {
        out.line(new Json()
                .raw("header", hex ? hexHeader(answer.getHeader()) : header(answer.getHeader()))
                .array(
                        "members",
                        answer.getMembersList().stream()
                                .map(member -> member(member, hex))
                                .toList())
                .toString());
    }

    static Json member(Member member, boolean hex) {
        Json json = hex ? new Json().text("ID", Go.id(member.getID())) : new Json().unsigned("ID", member.getID());
        return json.text("name", member.getName())
                .texts("peerURLs", member.getPeerURLsList())
                // Sic: the hexadecimal form spells this one differently.
                .texts(hex ? "clientURLS" : "clientURLs", member.getClientURLsList())
                .flag("isLearner", member.getIsLearner());
    }

    @Override
    public void alarms(Text out, AlarmResponse answer) {
        out.line(withHeader(answer.hasHeader(), answer.getHeader())
                .array(
                        "alarms",
                        answer.getAlarmsList().stream()
                                .map(alarm -> new Json()
                                        .unsigned("memberID", alarm.getMemberID())
                                        .number("alarm", alarm.getAlarmValue()))
                                .toList())
                .toString());
    }

    @Override
    public void moved(Text out, long from, long to, MoveLeaderResponse answer) {
        out.line(withHeader(answer.hasHeader(), answer.getHeader()).toString());
    }

    @Override
    public void status(Text out, List<EndpointStatus> answers) {
        out.line(Json.array(answers.stream()
                .map(answer -> new Json().text("Endpoint", answer.endpoint()).raw("Status", status(answer.status())))
                .toList()));
    }

    @Override
    public void hashes(Text out, List<EndpointHash> answers) {
        out.line(Json.array(answers.stream()
                .map(answer -> new Json().text("Endpoint", answer.endpoint()).raw("HashKV", hash(answer.hash())))
                .toList()));
    }

    @Override
    public void health(Text out, List<EndpointHealth> answers) {
        out.line(Json.array(answers.stream()
                .map(answer -> new Json()
                        .text("endpoint", answer.endpoint())
                        .raw("health", Boolean.toString(answer.healthy()))
                        .text("took", Go.duration(answer.tookNanos()))
                        .text("error", answer.error()))
                .toList()));
    }

    private static Json status(StatusResponse status) {
        return new Json()
                .raw("header", header(status.getHeader()))
                .text("version", status.getVersion())
                .number("dbSize", status.getDbSize())
                .unsigned("leader", status.getLeader())
                .unsigned("raftIndex", status.getRaftIndex())
                .unsigned("raftTerm", status.getRaftTerm())
                .unsigned("raftAppliedIndex", status.getRaftAppliedIndex())
                .texts("errors", status.getErrorsList())
                .number("dbSizeInUse", status.getDbSizeInUse())
                .flag("isLearner", status.getIsLearner());
    }

    private static Json hash(HashKVResponse hash) {
        return new Json()
                .raw("header", header(hash.getHeader()))
                .number("hash", Integer.toUnsignedLong(hash.getHash()))
                .number("compact_revision", hash.getCompactRevision());
    }

    private static Json range(RangeResponse answer) {
        return withHeader(answer.hasHeader(), answer.getHeader())
                .array(
                        "kvs",
                        answer.getKvsList().stream().map(JsonPrinter::keyValue).toList())
                .flag("more", answer.getMore())
                .number("count", answer.getCount());
    }

    private static Json put(PutResponse answer) {
        Json json = withHeader(answer.hasHeader(), answer.getHeader());
        return answer.hasPrevKv() ? json.raw("prev_kv", keyValue(answer.getPrevKv())) : json;
    }

    private static Json delete(DeleteRangeResponse answer) {
        return withHeader(answer.hasHeader(), answer.getHeader())
                .number("deleted", answer.getDeleted())
                .array(
                        "prev_kvs",
                        answer.getPrevKvsList().stream()
                                .map(JsonPrinter::keyValue)
                                .toList());
    }

    private static Json txn(TxnResponse answer) {
        return withHeader(answer.hasHeader(), answer.getHeader())
                .flag("succeeded", answer.getSucceeded())
                .array(
                        "responses",
                        answer.getResponsesList().stream()
                                .map(JsonPrinter::response)
                                .toList());
    }

    private static Json response(ResponseOp response) {
        Json inner = switch (response.getResponseCase()) {
            case RESPONSE_RANGE -> new Json().raw("response_range", range(response.getResponseRange()));
            case RESPONSE_PUT -> new Json().raw("response_put", put(response.getResponsePut()));
            case RESPONSE_DELETE_RANGE ->
                new Json().raw("response_delete_range", delete(response.getResponseDeleteRange()));
            case RESPONSE_TXN -> new Json().raw("response_txn", txn(response.getResponseTxn()));
            case RESPONSE_NOT_SET -> new Json();
        };
        return new Json().raw("Response", inner);
    }

    private static Json withHeader(boolean present, ResponseHeader header) {
        return present ? new Json().raw("header", header(header)) : new Json();
    }

    static Json header(ResponseHeader header) {
        return new Json()
                .unsigned("cluster_id", header.getClusterId())
                .unsigned("member_id", header.getMemberId())
                .number("revision", header.getRevision())
                .unsigned("raft_term", header.getRaftTerm());
    }

    private static Json hexHeader(ResponseHeader header) {
        return new Json()
                .text("cluster_id", Go.id(header.getClusterId()))
                .text("member_id", Go.id(header.getMemberId()))
                .number("revision", header.getRevision())
                .unsigned("raft_term", header.getRaftTerm());
    }

    private static Json keyValue(KeyValue kv) {
        return new Json()
                .bytes("key", kv.getKey())
                .number("create_revision", kv.getCreateRevision())
                .number("mod_revision", kv.getModRevision())
                .number("version", kv.getVersion())
                .bytes("value", kv.getValue())
                .number("lease", kv.getLease());
    }
}
