package io.lockstep.cli.output;

import com.google.protobuf.ByteString;
import io.lockstep.api.LeaseGrantResponse;
import io.lockstep.api.LeaseKeepAliveResponse;
import io.lockstep.api.LeaseLeasesResponse;
import io.lockstep.api.LeaseRevokeResponse;
import io.lockstep.api.LeaseStatus;
import io.lockstep.api.LeaseTimeToLiveResponse;
import io.lockstep.api.ResponseHeader;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** Answers about leases, as etcdctl prints them: its JSON spells the fields in three different ways. */
public record LeasePrinter(Format format) {
    public void granted(Text out, LeaseGrantResponse answer) {
        switch (format) {
            case simple -> out.line("lease " + id(answer.getID()) + " granted with TTL(" + answer.getTTL() + "s)");
            case json ->
                out.line(header(answer.getHeader())
                        .raw("ID", answer.getID())
                        .raw("TTL", answer.getTTL())
                        .raw("Error", "\"\"")
                        .toString());
            case fields -> {
                fields(out, answer.getHeader());
                field(out, "ID", answer.getID());
                field(out, "TTL", answer.getTTL());
            }
            case table -> throw new NoTable();
        }
    }

    public void revoked(Text out, long id, LeaseRevokeResponse answer) {
        switch (format) {
            case simple -> out.line("lease " + id(id) + " revoked");
            case json ->
                out.line(new Json().raw("header", header(answer.getHeader())).toString());
            case fields -> fields(out, answer.getHeader());
            case table -> throw new NoTable();
        }
    }

    /** @param keys whether they were asked for */
    public void timeToLive(Text out, LeaseTimeToLiveResponse answer, boolean keys) {
        switch (format) {
            case simple -> simpleTimeToLive(out, answer, keys);
            case json ->
                out.line(header(answer.getHeader())
                        .raw("id", answer.getID())
                        .raw("ttl", answer.getTTL())
                        .raw("granted-ttl", answer.getGrantedTTL())
                        .raw("keys", keys(answer.getKeysList()))
                        .toString());
            case fields -> {
                fields(out, answer.getHeader());
                field(out, "ID", answer.getID());
                field(out, "TTL", answer.getTTL());
                field(out, "GrantedTTL", answer.getGrantedTTL());
                answer.getKeysList().forEach(key -> out.line("\"Key\" : " + Go.quote(key)));
            }
            case table -> throw new NoTable();
        }
    }

    private static void simpleTimeToLive(Text out, LeaseTimeToLiveResponse answer, boolean keys) {
        if (answer.getTTL() == -1 && answer.getGrantedTTL() == 0) {
            out.line("lease " + id(answer.getID()) + " already expired");
            return;
        }
        out.add("lease " + id(answer.getID()) + " granted with TTL(" + answer.getGrantedTTL() + "s), remaining("
                + answer.getTTL() + "s)");
        if (keys) {
            out.add(", attached keys([");
            String between = "";
            for (ByteString key : answer.getKeysList()) {
                out.add(between).add(key);
                between = " ";
            }
            out.add("])");
        }
        out.line("");
    }

    private static String keys(List<ByteString> keys) {
        return keys.isEmpty()
                ? "null"
                : Json.array(keys.stream()
                        .map(key -> "\"" + Base64.getEncoder().encodeToString(key.toByteArray()) + "\"")
                        .toList());
    }

    public void list(Text out, LeaseLeasesResponse answer) {
        List<Long> ids = answer.getLeasesList().stream().map(LeaseStatus::getID).toList();
        switch (format) {
            case simple -> {
                out.line("found " + ids.size() + " leases");
                ids.forEach(id -> out.line(id(id)));
            }
            case json ->
                out.line(header(answer.getHeader())
                        .raw(
                                "leases",
                                Json.array(ids.stream()
                                        .map(id -> new Json().raw("id", id))
                                        .toList()))
                        .toString());
            case fields -> {
                fields(out, answer.getHeader());
                ids.forEach(id -> field(out, "ID", id));
            }
            case table -> throw new NoTable();
        }
    }

    public void keptAlive(Text out, LeaseKeepAliveResponse answer) {
        switch (format) {
            case simple -> out.line("lease " + id(answer.getID()) + " keepalived with TTL(" + answer.getTTL() + ")");
            case json ->
                out.line(header(answer.getHeader())
                        .raw("ID", answer.getID())
                        .raw("TTL", answer.getTTL())
                        .toString());
            case fields -> {
                fields(out, answer.getHeader());
                field(out, "ID", answer.getID());
                field(out, "TTL", answer.getTTL());
            }
            case table -> throw new NoTable();
        }
    }

    /** In every format alike. */
    public static void over(Text out, long id) {
        out.line("lease " + id(id) + " expired or revoked.");
    }

    private static String id(long id) {
        return String.format(Locale.ROOT, "%016x", id);
    }

    private static Json header(ResponseHeader header) {
        return new Json()
                .unsigned("cluster_id", header.getClusterId())
                .unsigned("member_id", header.getMemberId())
                .number("revision", header.getRevision())
                .unsigned("raft_term", header.getRaftTerm());
    }

    private static void fields(Text out, ResponseHeader header) {
        out.line("\"ClusterID\" : " + Long.toUnsignedString(header.getClusterId()));
        out.line("\"MemberID\" : " + Long.toUnsignedString(header.getMemberId()));
        field(out, "Revision", header.getRevision());
        out.line("\"RaftTerm\" : " + Long.toUnsignedString(header.getRaftTerm()));
    }

    private static void field(Text out, String name, long value) {
        out.line("\"" + name + "\" : " + value);
    }
}
