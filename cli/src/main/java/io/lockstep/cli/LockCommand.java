package io.lockstep.cli;

import io.lockstep.api.RangeResponse;
import io.lockstep.cli.output.Text;
import io.lockstep.client.GetOptions;
import io.lockstep.client.KvClient;
import io.lockstep.client.Lease;
import io.lockstep.client.Lock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "lock",
        description = "Waits for a lock and holds it, until you end it or a command is done.",
        footer = {
            "",
            "The command sees ETCD_LOCK_KEY and ETCD_LOCK_REV, and its exit code is this one's.",
            "",
            "Examples:",
            "  kv lock jobs                           holds it until Ctrl-C",
            "  kv lock jobs ./nightly.sh --all        holds it while the script runs"
        })
final class LockCommand extends ClientCommand {
    /** As good as for ever. */
    static final Duration PATIENCE = Duration.ofDays(365);

    @Parameters(index = "0", paramLabel = "NAME")
    String name = "";

    @Parameters(index = "1..*", paramLabel = "COMMAND", description = "What to run while the lock is held.")
    @Nullable
    List<String> command;

    @Option(
            names = "--ttl",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "After this time others get the lock if this process is gone. Default: 10.")
    int ttlSeconds;

    LockCommand(Console console) {
        super(console);
    }

    /** Whether the lock can be shown at all, before it is waited for. */
    @Override
    void check() {
        output.printer().get(new Text(), RangeResponse.getDefaultInstance());
    }

    @Override
    int run(KvClient client, Text out) {
        try (Lease lease = client.sync().openLease(Duration.ofSeconds(ttlSeconds))) {
            Thread farewell = new Thread(lease::close);
            Runtime.getRuntime().addShutdownHook(farewell);
            try (Lock lock = client.sync().lock(name, lease, PATIENCE)) {
                RangeResponse held = client.sync().get(lock.key(), GetOptions.DEFAULT);
                return command == null ? hold(held, lease) : execute(command, held);
            } finally {
                wake();
                forget(farewell);
            }
        }
    }

    /** An interrupt has ended the wait; giving the lease back is not to be ended by the same one. */
    static void wake() {
        var unused = Thread.interrupted();
    }

    /** The process may be ending by a signal already; then the hook does its work. */
    static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // It runs.
        }
    }

    private int hold(RangeResponse held, Lease lease) {
        Text line = new Text();
        output.printer().get(line, held);
        print(line);
        return awaitLoss(lease);
    }

    private void print(Text line) {
        try {
            line.writeTo(console().out());
        } catch (IOException closed) {
            throw new UncheckedIOException(closed);
        }
    }

    static int awaitLoss(Lease lease) {
        var unused = Waiting.on(lease.lost());
        throw new CommandFailed("the lease was lost: nobody could be reached in time to renew it, or it was revoked");
    }

    private static int execute(List<String> command, RangeResponse held) {
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().put("ETCD_LOCK_KEY", held.getKvs(0).getKey().toStringUtf8());
        builder.environment()
                .put("ETCD_LOCK_REV", Long.toString(held.getHeader().getRevision()));
        try {
            return awaitEnd(builder.start());
        } catch (IOException notThere) {
            throw new CommandFailed("cannot run \"" + command.get(0) + "\": " + notThere.getMessage());
        } catch (InterruptedException ended) {
            throw Waiting.interrupted();
        }
    }

    private static int awaitEnd(Process process) throws InterruptedException {
        try {
            return process.waitFor();
        } finally {
            if (process.isAlive()) {
                process.destroy();
                var unused = process.waitFor(1, TimeUnit.SECONDS);
            }
        }
    }
}
