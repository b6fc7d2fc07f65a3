package io.lockstep.node;

import io.lockstep.node.config.ConfigException;
import io.lockstep.node.config.NodeFlags;
import io.lockstep.node.config.SettingSources;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** One node in the foreground, until it is told to stop (SIGTERM, SIGINT) or can't go on. */
@Command(
        name = "node",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Runs one node in the foreground.",
        footer = {
            "",
            "Each setting can also stand in the environment (--data-dir: LOCKSTEP_DATA_DIR) or in the file of",
            "--config-file, one \"data-dir: /var/lib/lockstep\" a line.",
            "",
            "Examples:",
            "  kv node --name n1 --data-dir /var/lib/lockstep",
            "  kv node --name n1 --initial-cluster n1=http://10.0.0.1:2380,n2=http://10.0.0.2:2380,n3=http://10.0.0.3:2380 \\",
            "      --listen-peer-urls http://10.0.0.1:2380 --listen-client-urls http://10.0.0.1:2379",
            "",
            "Exit codes: 1 could not start, 2 a setting is wrong, 3 could not go on; 143 and 130 after SIGTERM and SIGINT.",
        })
public final class NodeCommand implements Callable<Integer> {
    public static final int EXIT_NOT_STARTED = 1;
    public static final int EXIT_USAGE = 2;
    public static final int EXIT_FATAL = 3;

    @Mixin
    private final NodeFlags flags = new NodeFlags();

    /** @return the exit code; a usage error is one line on standard error */
    public static int run(String... arguments) {
        CommandLine line = new CommandLine(new NodeCommand());
        line.setParameterExceptionHandler((e, args) -> refuse(e.getMessage()));
        Set<String> known = line.getCommandSpec().options().stream()
                .map(option -> option.longestName().replaceFirst("^--", ""))
                .collect(Collectors.toSet());
        try {
            line.setDefaultValueProvider(SettingSources.of(List.of(arguments), System.getenv(), known));
        } catch (ConfigException e) {
            return refuse(e.getMessage());
        }
        return line.execute(arguments);
    }

    private static int refuse(@Nullable String why) {
        System.err.println("kv node: " + why + " (kv node --help lists the settings)");
        return EXIT_USAGE;
    }

    @Override
    public Integer call() {
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger exitCode = new AtomicInteger();
        KvNode node;
        try {
            node = KvNode.start(flags.toConfig(), (what, cause) -> {
                logger().error("the node can't go on and stops: {}", what, cause);
                exitCode.set(EXIT_FATAL);
                end.countDown();
            });
        } catch (ConfigException e) {
            return refuse(e.getMessage());
        } catch (NodeStartException e) {
            System.err.println("kv node: " + e.getMessage());
            return EXIT_NOT_STARTED;
        }
        Thread stop = new Thread(node::close, "lockstep-stop");
        Runtime.getRuntime().addShutdownHook(stop);
        awaitQuietly(end);
        // Only a fatal error gets here: no clean close, which may hang on what is broken. Data is safe in the log.
        return exitCode.get();
    }

    private static void awaitQuietly(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Logger logger() {
        return LoggerFactory.getLogger(NodeCommand.class);
    }
}
