package io.lockstep.cli.output;

import io.lockstep.api.Member;
import io.lockstep.api.MemberAddResponse;
import io.lockstep.api.ResponseHeader;
import java.util.List;
import java.util.stream.Collectors;

/** Answers to changes of members, as etcdctl prints them; the variables are those of our node. */
public record MemberPrinter(Format format) {
    /**
     * @param name of the new member, which only the person who adds it knows
     * @param peerUrls as they were asked for
     */
    public void added(Text out, MemberAddResponse answer, String name, List<String> peerUrls) {
        switch (format) {
            case simple -> {
                out.line("Member " + Go.id(answer.getMember().getID()) + " added to cluster "
                        + Go.id(answer.getHeader().getClusterId()));
                out.line("");
                variable(out, "NAME", name);
                variable(out, "INITIAL_CLUSTER", cluster(answer, name));
                variable(out, "INITIAL_ADVERTISE_PEER_URLS", String.join(",", peerUrls));
                variable(out, "INITIAL_CLUSTER_STATE", "existing");
            }
            case json ->
                out.line(new Json()
                        .raw("header", JsonPrinter.header(answer.getHeader()))
                        .raw("member", JsonPrinter.member(answer.getMember(), false))
                        .array("members", json(answer.getMembersList()))
                        .toString());
            case fields, table -> throw new NoTable();
        }
    }

    private static void variable(Text out, String name, String value) {
        out.line("LOCKSTEP_" + name + "=" + Go.quote(value));
    }

    private static String cluster(MemberAddResponse answer, String name) {
        return answer.getMembersList().stream()
                .flatMap(member -> member.getPeerURLsList().stream()
                        .map(url ->
                                (member.getID() == answer.getMember().getID() ? name : member.getName()) + "=" + url))
                .collect(Collectors.joining(","));
    }

    /** @param what like "removed from" */
    public void changed(Text out, ResponseHeader header, List<Member> members, long id, String what) {
        switch (format) {
            case simple -> out.line("Member " + Go.id(id) + " " + what + " cluster " + Go.id(header.getClusterId()));
            case json ->
                out.line(new Json()
                        .raw("header", JsonPrinter.header(header))
                        .array("members", json(members))
                        .toString());
            case fields, table -> throw new NoTable();
        }
    }

    private static List<Json> json(List<Member> members) {
        return members.stream().map(member -> JsonPrinter.member(member, false)).toList();
    }
}
