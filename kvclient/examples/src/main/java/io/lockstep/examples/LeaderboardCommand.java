package io.lockstep.examples;

import io.lockstep.client.KvClient;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "leaderboard",
        description = "Players score; each member's top ten is read stale, and says how old it may be.",
        footer = {"", "Examples:", "  kv example leaderboard", "  kv example leaderboard --players 500 --seconds 20"})
final class LeaderboardCommand extends Show {
    @Option(names = "--players", defaultValue = "50", paramLabel = "N", description = "10 to 1000. Default: 50.")
    int players;

    @Override
    boolean run(KvClient client, PrintWriter out) {
        Leaderboard.Result result = Leaderboard.run(client, new Leaderboard.Options(players, cluster.time()));
        Table top = new Table("", "points", "on the last stale board");
        Leaderboard.Board shown =
                result.boards().isEmpty() ? null : result.boards().get(0);
        for (int place = 0; place < result.finalTop().size(); place++) {
            Leaderboard.Place line = result.finalTop().get(place);
            top.row(
                    (place + 1) + " " + line.player(),
                    line.score(),
                    shown == null ? "-" : points(shown, line.player()));
        }
        out.print(top);
        if (shown != null) {
            out.println("  that board, of " + shown.endpoint() + ", was " + shown.served());
        }
        Table boards = new Table("board", "reads", "staleness: median", "highest");
        List<String> names = client.endpoints().stream().map(Object::toString).toList();
        for (int at = 0; at < names.size(); at++) {
            StalenessSummary staleness = result.reads().get(at);
            boards.row(
                    names.get(at),
                    staleness.reads(),
                    staleness.medianMillis() + " ms",
                    staleness.highestMillis() + " ms");
        }
        out.print(boards);
        out.printf(
                "  %,d scores written; %,d calls failed, %,d unknown%n",
                result.written(), result.failed(), result.unknown());
        out.println(verdict(
                result.holds(),
                result.tooOld() + " boards were older than they said, " + result.wentBack() + " went back"));
        return result.holds();
    }

    private static String points(Leaderboard.Board board, String player) {
        return board.top().stream()
                .filter(line -> line.player().equals(player))
                .findFirst()
                .map(line -> String.format("%,d", line.score()))
                .orElse("not among the ten");
    }
}
