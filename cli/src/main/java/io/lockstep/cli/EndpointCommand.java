package io.lockstep.cli;

import io.lockstep.api.Member;
import io.lockstep.api.RangeRequest;
import io.lockstep.cli.output.Printer;
import io.lockstep.cli.output.Text;
import io.lockstep.client.Consistency;
import io.lockstep.client.Endpoint;
import io.lockstep.client.KvClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code kv endpoint ...}: asks each server by itself, all at once. */
abstract sealed class EndpointCommand extends ClientCommand {
    @Option(names = "--cluster", description = "All members of the cluster, as one of the endpoints lists them.")
    boolean wholeCluster;

    private EndpointCommand(Console console) {
        super(console);
    }

    /** One server's answer, or why there is none. */
    private record Answer<A>(String endpoint, @Nullable A message, String error, long tookNanos) {}

    private <A> List<Answer<A>> askEach(KvClient client, Function<Endpoint, CompletableFuture<A>> question) {
        List<CompletableFuture<Answer<A>>> answers = new ArrayList<>();
        targets(client).forEach((name, endpoint) -> {
            long start = System.nanoTime();
            answers.add(question.apply(endpoint)
                    .handle((message, error) -> new Answer<>(
                            name, message, error == null ? "" : reason(error), System.nanoTime() - start)));
        });
        return answers.stream().map(CompletableFuture::join).toList();
    }

    private static String reason(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    private Map<String, Endpoint> targets(KvClient client) {
        if (!wholeCluster) {
            return connection.endpoints(console());
        }
        Map<String, Endpoint> members = new LinkedHashMap<>();
        // Stale, so that it also works when there is no quorum: then it is needed most.
        for (Member member : client.sync().memberList(Consistency.stale()).getMembersList()) {
            for (String url : member.getClientURLsList()) {
                members.put(url, Endpoint.parse(url));
            }
        }
        return members;
    }

    /** Tells of the servers that did not answer. */
    private <A> int report(List<Answer<A>> answers, String what) {
        int exitCode = CommandFailed.DONE;
        for (Answer<A> answer : answers) {
            if (answer.message() == null) {
                console().error("cannot get the " + what + " of " + answer.endpoint() + ": " + answer.error());
                exitCode = CommandFailed.FAILED;
            }
        }
        return exitCode;
    }

    @Command(
            name = "status",
            description = "What each server says of itself: version, size, leader, term, index.",
            footer = {"", "Examples:", "  kv endpoint status -w table", "  kv endpoint status --cluster"})
    static final class Status extends EndpointCommand {
        Status(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            var answers = super.askEach(client, client::status);
            List<Printer.EndpointStatus> known = new ArrayList<>();
            answers.forEach(answer -> {
                if (answer.message() != null) {
                    known.add(new Printer.EndpointStatus(answer.endpoint(), answer.message()));
                }
            });
            output.printer().status(out, known);
            return super.report(answers, "status");
        }
    }

    @Command(
            name = "defrag",
            description = "Has each server rewrite its files so that they hold only what is live, beside its work.",
            footer = {"", "Examples:", "  kv defrag --cluster --command-timeout 10m"})
    static final class Defrag extends EndpointCommand {
        Defrag(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            var answers = super.askEach(client, client.maintenance()::defragment);
            int exitCode = CommandFailed.DONE;
            for (var answer : answers) {
                if (answer.message() != null) {
                    out.line("Finished defragmenting etcd member[" + answer.endpoint() + "]");
                } else {
                    console()
                            .error("Failed to defragment etcd member[" + answer.endpoint() + "] (" + answer.error()
                                    + ")");
                    exitCode = CommandFailed.FAILED;
                }
            }
            return exitCode;
        }
    }

    @Command(
            name = "hashkv",
            description = "A hash of the keys on each server: equal on all that are equally far.",
            footer = {"", "Examples:", "  kv endpoint hashkv --cluster", "  kv endpoint hashkv --rev 1000"})
    static final class HashKv extends EndpointCommand {
        @Option(names = "--rev", paramLabel = "N", description = "Up to this revision. Default: the newest.")
        long revision;

        HashKv(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            var answers = super.askEach(client, endpoint -> client.hashKv(endpoint, revision));
            List<Printer.EndpointHash> known = new ArrayList<>();
            answers.forEach(answer -> {
                if (answer.message() != null) {
                    known.add(new Printer.EndpointHash(answer.endpoint(), answer.message()));
                }
            });
            output.printer().hashes(out, known);
            return super.report(answers, "hash");
        }
    }

    @Command(
            name = "health",
            description = "Whether each server can read with a quorum.",
            footer = {"", "Examples:", "  kv endpoint health", "  kv endpoint health --cluster -w table"})
    static final class Health extends EndpointCommand {
        private static final RangeRequest ANY_KEY = RangeRequest.newBuilder()
                .setKey(Bytes.of("health"))
                .setCountOnly(true)
                .build();

        Health(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            var answers = super.askEach(client, endpoint -> client.range(endpoint, ANY_KEY));
            List<Printer.EndpointHealth> results = answers.stream()
                    .map(answer -> new Printer.EndpointHealth(
                            answer.endpoint(), answer.message() != null, answer.tookNanos(), answer.error()))
                    .toList();
            output.printer().health(out, results);
            long unhealthy =
                    results.stream().filter(result -> !result.healthy()).count();
            if (unhealthy == 0) {
                return CommandFailed.DONE;
            }
            console().error(unhealthy + " of " + results.size() + " servers cannot read with a quorum");
            return CommandFailed.FAILED;
        }
    }
}
