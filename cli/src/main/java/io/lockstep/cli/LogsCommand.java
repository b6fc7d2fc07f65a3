package io.lockstep.cli;

import io.lockstep.cli.cluster.LocalCluster;
import io.lockstep.cli.cluster.LocalNode;
import io.lockstep.cli.cluster.LogTail;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "logs",
        description = "The last lines of the logs of the local cluster's nodes.",
        footer = {
            "",
            "Examples:",
            "  kv logs",
            "  kv logs 2 -n 100",
            "  kv logs -f                             and what comes"
        })
final class LogsCommand implements Callable<Integer> {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    @Mixin
    ClusterOptions cluster = new ClusterOptions();

    @Parameters(index = "0", arity = "0..1", paramLabel = "NODE", description = "1, 2, ... Default: all.")
    @Nullable
    String node;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            defaultValue = "20",
            description = "How many lines of each. Default: 20.")
    int lines = 20;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what is written, until Ctrl-C.")
    boolean follow;

    private final Console console;

    LogsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (lines < 0) {
            throw CommandFailed.usage("--lines is " + lines + "; it must be 0 or more");
        }
        Map<String, Path> logs = new LinkedHashMap<>();
        try (LocalCluster local = LocalCluster.look(cluster.directory(console), console)) {
            List<LocalNode> wanted = node == null ? local.nodes() : List.of(local.node(node));
            wanted.forEach(one -> logs.put(one.name(), one.log()));
        }
        Map<String, LogTail> tails = new LinkedHashMap<>();
        for (Map.Entry<String, Path> log : logs.entrySet()) {
            LogTail tail = new LogTail(log.getValue());
            tail.skipToEnd();
            tails.put(log.getKey(), tail);
            print(log.getKey(), LogTail.lastLines(log.getValue(), lines), logs.size() > 1);
        }
        while (follow && !Thread.currentThread().isInterrupted()) {
            for (Map.Entry<String, LogTail> tail : tails.entrySet()) {
                print(tail.getKey(), tail.getValue().newLines(), logs.size() > 1);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return CommandFailed.DONE;
    }

    private void print(String name, List<String> text, boolean withName) {
        List<String> whole = new ArrayList<>();
        text.forEach(line -> whole.add(withName ? name + " | " + line : line));
        whole.forEach(console.out()::println);
        console.out().flush();
    }
}
