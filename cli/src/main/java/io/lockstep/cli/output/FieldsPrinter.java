package io.lockstep.cli.output;

import io.lockstep.api.AlarmMember;
import io.lockstep.api.AlarmResponse;
import io.lockstep.api.DeleteRangeResponse;
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

/** Every field on a line of its own. */
record FieldsPrinter() implements Printer {
    @Override
    public void get(Text out, RangeResponse answer) {
        header(out, answer.getHeader());
        answer.getKvsList().forEach(kv -> keyValue(out, "", kv));
        field(out, "More", Boolean.toString(answer.getMore()));
        field(out, "Count", Long.toString(answer.getCount()));
    }

    @Override
    public void put(Text out, PutResponse answer) {
        header(out, answer.getHeader());
        if (answer.hasPrevKv()) {
            keyValue(out, "Prev", answer.getPrevKv());
        }
    }

    @Override
    public void delete(Text out, DeleteRangeResponse answer) {
        header(out, answer.getHeader());
        field(out, "Deleted", Long.toString(answer.getDeleted()));
        answer.getPrevKvsList().forEach(kv -> keyValue(out, "Prev", kv));
    }

    @Override
    public void txn(Text out, TxnResponse answer) {
        header(out, answer.getHeader());
        field(out, "Succeeded", Boolean.toString(answer.getSucceeded()));
        for (ResponseOp response : answer.getResponsesList()) {
            switch (response.getResponseCase()) {
                case RESPONSE_RANGE -> get(out, response.getResponseRange());
                case RESPONSE_PUT -> put(out, response.getResponsePut());
                case RESPONSE_DELETE_RANGE -> delete(out, response.getResponseDeleteRange());
                case RESPONSE_TXN -> txn(out, response.getResponseTxn());
                case RESPONSE_NOT_SET -> out.line("\"Unknown\" : \"\"");
            }
        }
    }

    @Override
    public void watch(Text out, WatchResponse answer) {
        header(out, answer.getHeader());
        for (Event event : answer.getEventsList()) {
            field(out, "Type", event.getType().name());
            if (event.hasPrevKv()) {
                keyValue(out, "Prev", event.getPrevKv());
            }
            keyValue(out, "", event.getKv());
        }
    }

    @Override
    public void members(Text out, MemberListResponse answer) {
        header(out, answer.getHeader());
        for (Member member : answer.getMembersList()) {
            field(out, "ID", Long.toUnsignedString(member.getID()));
            field(out, "Name", Go.quote(member.getName()));
            member.getPeerURLsList().forEach(url -> field(out, "PeerURL", Go.quote(url)));
            member.getClientURLsList().forEach(url -> field(out, "ClientURL", Go.quote(url)));
            field(out, "IsLearner", Boolean.toString(member.getIsLearner()));
            out.line("");
        }
    }

    @Override
    public void alarms(Text out, AlarmResponse answer) {
        header(out, answer.getHeader());
        for (AlarmMember alarm : answer.getAlarmsList()) {
            field(out, "MemberID", Long.toUnsignedString(alarm.getMemberID()));
            field(out, "AlarmType", alarm.getAlarm().name());
            out.line("");
        }
    }

    @Override
    public void moved(Text out, long from, long to, MoveLeaderResponse answer) {
        throw new NoTable("-w fields and -w table have nothing to show here: use simple or json");
    }

    @Override
    public void status(Text out, List<EndpointStatus> answers) {
        for (EndpointStatus answer : answers) {
            StatusResponse status = answer.status();
            header(out, status.getHeader());
            field(out, "Version", Go.quote(status.getVersion()));
            field(out, "DBSize", Long.toString(status.getDbSize()));
            field(out, "Leader", Long.toUnsignedString(status.getLeader()));
            field(out, "IsLearner", Boolean.toString(status.getIsLearner()));
            field(out, "RaftIndex", Long.toUnsignedString(status.getRaftIndex()));
            field(out, "RaftTerm", Long.toUnsignedString(status.getRaftTerm()));
            field(out, "RaftAppliedIndex", Long.toUnsignedString(status.getRaftAppliedIndex()));
            field(
                    out,
                    "Errors",
                    "["
                            + String.join(
                                    " ",
                                    status.getErrorsList().stream()
                                            .map(Go::quote)
                                            .toList()) + "]");
            field(out, "Endpoint", Go.quote(answer.endpoint()));
            out.line("");
        }
    }

    @Override
    public void hashes(Text out, List<EndpointHash> answers) {
        for (EndpointHash answer : answers) {
            header(out, answer.hash().getHeader());
            field(out, "Endpoint", Go.quote(answer.endpoint()));
            field(out, "Hash", Integer.toUnsignedString(answer.hash().getHash()));
            out.line("");
        }
    }

    @Override
    public void health(Text out, List<EndpointHealth> answers) {
        for (EndpointHealth answer : answers) {
            field(out, "Endpoint", Go.quote(answer.endpoint()));
            field(out, "Health", Boolean.toString(answer.healthy()));
            field(out, "Took", Go.duration(answer.tookNanos()));
            field(out, "Error", answer.error());
            out.line("");
        }
    }

    private static void header(Text out, ResponseHeader header) {
        field(out, "ClusterID", Long.toUnsignedString(header.getClusterId()));
        field(out, "MemberID", Long.toUnsignedString(header.getMemberId()));
        field(out, "Revision", Long.toString(header.getRevision()));
        field(out, "RaftTerm", Long.toUnsignedString(header.getRaftTerm()));
    }

    private static void keyValue(Text out, String prefix, KeyValue kv) {
        field(out, prefix + "Key", Go.quote(kv.getKey()));
        field(out, prefix + "CreateRevision", Long.toString(kv.getCreateRevision()));
        field(out, prefix + "ModRevision", Long.toString(kv.getModRevision()));
        field(out, prefix + "Version", Long.toString(kv.getVersion()));
        field(out, prefix + "Value", Go.quote(kv.getValue()));
        field(out, prefix + "Lease", Long.toString(kv.getLease()));
    }

    private static void field(Text out, String name, String value) {
        out.line("\"" + name + "\" : " + value);
    }
}
