package io.lockstep.cli.output;

import io.lockstep.api.AlarmResponse;
import io.lockstep.api.DeleteRangeResponse;
import io.lockstep.api.MemberListResponse;
import io.lockstep.api.MoveLeaderResponse;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.TxnResponse;
import io.lockstep.api.WatchResponse;
import java.util.ArrayList;
import java.util.List;

/** Frames around columns, for answers that have columns. */
record TablePrinter() implements Printer {
    @Override
    public void get(Text out, RangeResponse answer) {
        throw new NoTable();
    }

    @Override
    public void put(Text out, PutResponse answer) {
        throw new NoTable();
    }

    @Override
    public void delete(Text out, DeleteRangeResponse answer) {
        throw new NoTable();
    }

    @Override
    public void txn(Text out, TxnResponse answer) {
        throw new NoTable();
    }

    @Override
    public void watch(Text out, WatchResponse answer) {
        throw new NoTable();
    }

    @Override
    public void members(Text out, MemberListResponse answer) {
        table(
                out,
                List.of("ID", "STATUS", "NAME", "PEER ADDRS", "CLIENT ADDRS", "IS LEARNER"),
                SimplePrinter.memberRows(answer));
    }

    @Override
    public void alarms(Text out, AlarmResponse answer) {
        throw new NoTable();
    }

    @Override
    public void moved(Text out, long from, long to, MoveLeaderResponse answer) {
        throw new NoTable("-w fields and -w table have nothing to show here: use simple or json");
    }

    @Override
    public void status(Text out, List<EndpointStatus> answers) {
        table(
                out,
                List.of(
                        "ENDPOINT",
                        "ID",
                        "VERSION",
                        "DB SIZE",
                        "IS LEADER",
                        "IS LEARNER",
                        "RAFT TERM",
                        "RAFT INDEX",
                        "RAFT APPLIED INDEX",
                        "ERRORS"),
                SimplePrinter.statusRows(answers));
    }

    @Override
    public void hashes(Text out, List<EndpointHash> answers) {
        table(out, List.of("ENDPOINT", "HASH"), SimplePrinter.hashRows(answers));
    }

    @Override
    public void health(Text out, List<EndpointHealth> answers) {
        table(
                out,
                List.of("ENDPOINT", "HEALTH", "TOOK", "ERROR"),
                answers.stream()
                        .map(answer -> List.of(
                                answer.endpoint(),
                                Boolean.toString(answer.healthy()),
                                Go.duration(answer.tookNanos()),
                                answer.error()))
                        .toList());
    }

    /** Headings in the middle, cells to the right. */
    private static void table(Text out, List<String> headings, List<List<String>> rows) {
        List<Integer> widths = new ArrayList<>();
        for (int column = 0; column < headings.size(); column++) {
            int width = headings.get(column).length();
            for (List<String> row : rows) {
                width = Math.max(width, row.get(column).length());
            }
            widths.add(width);
        }
        StringBuilder rule = new StringBuilder("+");
        StringBuilder head = new StringBuilder("|");
        for (int column = 0; column < headings.size(); column++) {
            int width = widths.get(column);
            String heading = headings.get(column);
            int left = (width - heading.length()) / 2;
            rule.append("-".repeat(width + 2)).append('+');
            head.append(' ')
                    .append(" ".repeat(left))
                    .append(heading)
                    .append(" ".repeat(width - heading.length() - left))
                    .append(" |");
        }
        out.line(rule.toString()).line(head.toString()).line(rule.toString());
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder("|");
            for (int column = 0; column < row.size(); column++) {
                String cell = row.get(column);
                line.append(' ')
                        .append(" ".repeat(widths.get(column) - cell.length()))
                        .append(cell)
                        .append(" |");
            }
            out.line(line.toString());
        }
        out.line(rule.toString());
    }
}
