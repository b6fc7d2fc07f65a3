package io.lockstep.cli;

import io.lockstep.api.Member;
import io.lockstep.api.StatusResponse;
import io.lockstep.client.Consistency;
import io.lockstep.client.Endpoint;
import io.lockstep.client.KvClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "lag",
        description = "How far each member is behind: a table that is drawn anew until you end it.",
        footer = {
            "",
            "LAG is counted in log entries, behind the member that is farthest. STALENESS is what the member proves: it has",
            "every write that was acknowledged so long ago. A member that is cut off shows how it grows.",
            "",
            "Examples:",
            "  kv lag                                 until Ctrl-C",
            "  kv lag --count 1                       once",
            "  kv lag --interval 200ms | tee lag.txt  plain lines in a pipe"
        })
final class LagCommand implements Callable<Integer> {
    private static final String ROW = "%-22s  %-9s  %6s  %10s  %8s  %12s  %s";

    @Mixin
    Connection connection = new Connection();

    @Option(
            names = "--interval",
            paramLabel = "TIME",
            defaultValue = "1s",
            converter = Durations.class,
            description = "Time between two looks. Default: 1s.")
    Duration interval = Duration.ofSeconds(1);

    @Option(names = "--count", paramLabel = "N", description = "End after so many looks. Default: never.")
    int count;

    private final Console console;

    LagCommand(Console console) {
        this.console = console;
    }

    /** One member's answer; null if it gave none. */
    private record Look(String endpoint, @Nullable StatusResponse status) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (count < 0) {
            throw CommandFailed.usage("--count is " + count + "; it must be 1 or more");
        }
        console.shared().ifPresent(shared -> shared.fill(connection));
        boolean allAnswer = true;
        try (KvClient client = connection.open(console, false)) {
            Map<String, Endpoint> members = members(client);
            for (int look = 0; count == 0 || look < count; look++) {
                if (look > 0) {
                    Thread.sleep(interval.toMillis());
                }
                List<Look> looks = looks(client.withTimeout(shorter(interval)), members);
                allAnswer = looks.stream().allMatch(each -> each.status() != null);
                draw(looks, look > 0);
            }
        }
        return allAnswer ? CommandFailed.DONE : CommandFailed.FAILED;
    }

    /** A member that is paused must not hold up the table. */
    private static Duration shorter(Duration interval) {
        return interval.compareTo(Duration.ofMillis(500)) < 0 ? Duration.ofMillis(500) : interval;
    }

    /** Every member, if one can be asked for them; else the endpoints that are known. */
    private Map<String, Endpoint> members(KvClient client) {
        Map<String, Endpoint> found = new LinkedHashMap<>();
        try {
            for (Member member : client.sync().memberList(Consistency.stale()).getMembersList()) {
                for (String url : member.getClientURLsList()) {
                    Endpoint endpoint = Endpoint.parse(url);
                    found.put(endpoint.toString(), endpoint);
                }
            }
        } catch (RuntimeException nobody) {
            // Then the table says who does not answer.
        }
        return found.isEmpty() ? connection.endpoints(console) : found;
    }

    private static List<Look> looks(KvClient client, Map<String, Endpoint> members) {
        List<CompletableFuture<Look>> asked = new ArrayList<>();
        members.forEach((name, endpoint) ->
                asked.add(client.status(endpoint).handle((status, failure) -> new Look(name, status))));
        return asked.stream().map(CompletableFuture::join).toList();
    }

    private void draw(List<Look> looks, boolean again) {
        if (console.colour() && again) {
            console.out().print("\u001b[" + (looks.size() + 1) + "A");
        }
        if (console.colour() || !again) {
            line(String.format(ROW, "ENDPOINT", "ROLE", "TERM", "APPLIED", "LAG", "REVISION", "STALENESS"));
        }
        long farthest = looks.stream()
                .filter(look -> look.status() != null)
                .mapToLong(look -> look.status().getRaftAppliedIndex())
                .max()
                .orElse(0);
        for (Look look : looks) {
            line(row(look, farthest));
        }
        console.out().flush();
    }

    private void line(String text) {
        console.out().println(console.colour() ? text + "\u001b[K" : text);
    }

    private String row(Look look, long farthest) {
        StatusResponse status = look.status();
        if (status == null) {
            return String.format(ROW, look.endpoint(), "-", "-", "-", "-", "-", console.bad("does not answer"));
        }
        long lag = farthest - status.getRaftAppliedIndex();
        boolean leads = status.getLeader() == status.getHeader().getMemberId();
        String role = leads ? "leader" : status.getIsLearner() ? "learner" : "follower";
        return String.format(
                ROW,
                look.endpoint(),
                status.getLeader() == 0 ? "no leader" : role,
                Long.toUnsignedString(status.getRaftTerm()),
                Long.toUnsignedString(status.getRaftAppliedIndex()),
                lag,
                status.getHeader().getRevision(),
                staleness(status));
    }

    private String staleness(StatusResponse status) {
        if (!status.getHeader().hasStalenessMillis()) {
            return console.bad("unknown");
        }
        long millis = status.getHeader().getStalenessMillis();
        String text = "<= " + millis + " ms";
        return millis > 2_000 ? console.bad(text) : console.good(text);
    }
}
