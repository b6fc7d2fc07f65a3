package io.lockstep.cli.output;

import com.google.protobuf.ByteString;
import io.lockstep.api.AuthRoleGetResponse;
import io.lockstep.api.AuthStatusResponse;
import io.lockstep.api.AuthUserGetResponse;
import io.lockstep.api.ResponseHeader;
import io.lockstep.api.auth.Permission;
import java.util.List;

/** Answers about users, roles and permissions, as etcdctl prints them. */
public record AuthPrinter(Format format) {
    private static final ByteString OPEN_END = ByteString.copyFrom(new byte[1]);

    /** Of a change: one line says what was done. */
    public void done(Text out, ResponseHeader header, String what) {
        switch (format) {
            case simple -> out.line(what);
            case json -> out.line(withHeader(header).toString());
            case fields -> fields(out, header);
            case table -> throw new NoTable();
        }
    }

    public void names(Text out, ResponseHeader header, String kind, List<String> names) {
        switch (format) {
            case simple -> names.forEach(out::line);
            case json -> out.line(withHeader(header).texts(kind + "s", names).toString());
            case fields -> {
                fields(out, header);
                names.forEach(name -> out.line("\"" + kind + "\" : " + Go.quote(name)));
            }
            case table -> throw new NoTable();
        }
    }

    public void user(Text out, String name, AuthUserGetResponse answer) {
        if (format != Format.simple) {
            names(out, answer.getHeader(), "role", answer.getRolesList());
            return;
        }
        out.line("User: " + name);
        out.line("Roles:" + (answer.getRolesCount() == 0 ? "" : " " + String.join(" ", answer.getRolesList())));
    }

    public void status(Text out, AuthStatusResponse answer) {
        String revision = Long.toUnsignedString(answer.getAuthRevision());
        switch (format) {
            case simple -> {
                out.line("Authentication Status: " + answer.getEnabled());
                out.line("AuthRevision: " + revision);
            }
            case json ->
                out.line(withHeader(answer.getHeader())
                        .flag("enabled", answer.getEnabled())
                        .unsigned("authRevision", answer.getAuthRevision())
                        .toString());
            case fields -> {
                fields(out, answer.getHeader());
                out.line("\"Enabled\" : " + answer.getEnabled());
                out.line("\"AuthRevision\" : " + revision);
            }
            case table -> throw new NoTable();
        }
    }

    public void role(Text out, String name, AuthRoleGetResponse answer) {
        switch (format) {
            case simple -> {
                out.line("Role " + name);
                out.line("KV Read:");
                permissions(out, answer.getPermList(), Permission.Type.WRITE);
                out.line("KV Write:");
                permissions(out, answer.getPermList(), Permission.Type.READ);
            }
            case json ->
                out.line(withHeader(answer.getHeader())
                        .array(
                                "perm",
                                answer.getPermList().stream()
                                        .map(AuthPrinter::json)
                                        .toList())
                        .toString());
            case fields -> {
                fields(out, answer.getHeader());
                for (Permission permission : answer.getPermList()) {
                    out.line("\"PermType\" :  " + permission.getPermType());
                    out.line("\"Key\" : " + Go.quote(permission.getKey()));
                    out.line("\"RangeEnd\" : " + Go.quote(permission.getRangeEnd()));
                }
            }
            case table -> throw new NoTable();
        }
    }

    private static void permissions(Text out, List<Permission> all, Permission.Type but) {
        for (Permission permission : all) {
            if (permission.getPermType() != but) {
                boolean prefix = !permission.getRangeEnd().isEmpty()
                        && permission.getRangeEnd().equals(prefixEnd(permission.getKey()));
                out.add("\t").add(keys(permission.getKey(), permission.getRangeEnd()));
                out.line(prefix ? " (prefix " + permission.getKey().toStringUtf8() + ")" : "");
            }
        }
    }

    /** The range that a key begins, as etcdctl writes it, the missing bracket too. */
    public static String keys(ByteString key, ByteString end) {
        if (end.isEmpty()) {
            return key.toStringUtf8();
        }
        return "[" + key.toStringUtf8() + ", " + (end.equals(OPEN_END) ? "<open ended>" : end.toStringUtf8() + ")");
    }

    private static ByteString prefixEnd(ByteString key) {
        for (int at = key.size() - 1; at >= 0; at--) {
            if (key.byteAt(at) != (byte) 0xff) {
                return key.substring(0, at).concat(ByteString.copyFrom(new byte[] {(byte) (key.byteAt(at) + 1)}));
            }
        }
        return OPEN_END;
    }

    private static Json json(Permission permission) {
        return new Json()
                .number("permType", permission.getPermTypeValue())
                .bytes("key", permission.getKey())
                .bytes("range_end", permission.getRangeEnd());
    }

    /** etcdctl wraps every json answer about auth in its header. */
    private static Json withHeader(ResponseHeader header) {
        return new Json()
                .raw(
                        "header",
                        new Json()
                                .unsigned("cluster_id", header.getClusterId())
                                .unsigned("member_id", header.getMemberId())
                                .number("revision", header.getRevision())
                                .unsigned("raft_term", header.getRaftTerm()));
    }

    private static void fields(Text out, ResponseHeader header) {
        out.line("\"ClusterID\" : " + Long.toUnsignedString(header.getClusterId()));
        out.line("\"MemberID\" : " + Long.toUnsignedString(header.getMemberId()));
        out.line("\"Revision\" : " + header.getRevision());
        out.line("\"RaftTerm\" : " + Long.toUnsignedString(header.getRaftTerm()));
    }
}
