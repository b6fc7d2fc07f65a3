package io.lockstep.cli;

import io.lockstep.api.LeaseKeepAliveResponse;
import io.lockstep.cli.output.LeasePrinter;
import io.lockstep.cli.output.Text;
import io.lockstep.client.KvClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Leases: the members of {@code kv lease}. */
final class LeaseCommand {
    private LeaseCommand() {}

    /** Ids are hexadecimal, as everywhere; negative ones with all their sixteen digits. */
    static long id(String text) {
        try {
            return Long.parseUnsignedLong(text, 16);
        } catch (NumberFormatException bad) {
            throw CommandFailed.usage("\"" + text + "\" is no lease id: write it in hexadecimal");
        }
    }

    @Command(
            name = "grant",
            description = "Grants a lease: keys that are put with it go when it ends.",
            footer = {"", "Examples:", "  kv lease grant 60", "  kv put host up --lease 694d71ddacfda227"})
    static final class Grant extends ClientCommand {
        @Parameters(index = "0", paramLabel = "SECONDS", description = "How long it lives unless it is kept alive.")
        long seconds;

        Grant(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            new LeasePrinter(output.format).granted(out, client.sync().grantLease(seconds, 0));
            return CommandFailed.DONE;
        }
    }

    @Command(
            name = "revoke",
            description = "Ends a lease and deletes its keys.",
            footer = {"", "Examples:", "  kv lease revoke 694d71ddacfda227"})
    static final class Revoke extends ClientCommand {
        @Parameters(index = "0", paramLabel = "ID")
        String lease = "";

        Revoke(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            long id = id(lease);
            new LeasePrinter(output.format).revoked(out, id, client.sync().revokeLease(id));
            return CommandFailed.DONE;
        }
    }

    @Command(
            name = "timetolive",
            description = "What is left of a lease.",
            footer = {"", "Examples:", "  kv lease timetolive 694d71ddacfda227 --keys"})
    static final class TimeToLive extends ClientCommand {
        @Parameters(index = "0", paramLabel = "ID")
        String lease = "";

        @Option(names = "--keys", description = "Also list the keys that are attached to it.")
        boolean keys;

        TimeToLive(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            new LeasePrinter(output.format).timeToLive(out, client.sync().leaseTimeToLive(id(lease), keys), keys);
            return CommandFailed.DONE;
        }
    }

    @Command(
            name = "list",
            description = "All leases, the one that ends first first.",
            footer = {"", "Examples:", "  kv lease list"})
    static final class All extends ClientCommand {
        All(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            new LeasePrinter(output.format).list(out, client.sync().listLeases());
            return CommandFailed.DONE;
        }
    }

    @Command(
            name = "keep-alive",
            description = "Keeps a lease alive, until it ends or you do.",
            footer = {
                "",
                "Examples:",
                "  kv lease keep-alive 694d71ddacfda227",
                "  kv lease keep-alive 694d71ddacfda227 --once"
            })
    static final class KeepAlive extends ClientCommand {
        @Parameters(index = "0", paramLabel = "ID")
        String lease = "";

        @Option(names = "--once", description = "Renew it once.")
        boolean once;

        KeepAlive(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            long id = id(lease);
            LeasePrinter printer = new LeasePrinter(output.format);
            while (true) {
                LeaseKeepAliveResponse answer = client.sync().keepAliveOnce(id);
                if (answer.getTTL() <= 0) {
                    LeasePrinter.over(out, id);
                    return once ? CommandFailed.FAILED : CommandFailed.DONE;
                }
                if (once) {
                    printer.keptAlive(out, answer);
                    return CommandFailed.DONE;
                }
                Text line = new Text();
                printer.keptAlive(line, answer);
                show(line);
                pause(answer.getTTL());
            }
        }

        private void show(Text line) {
            try {
                line.writeTo(console().out());
            } catch (IOException closed) {
                throw new UncheckedIOException(closed);
            }
        }

        /** A third of the TTL, as etcd's clients. */
        private static void pause(long ttlSeconds) {
            try {
                TimeUnit.MILLISECONDS.sleep(ttlSeconds * 1000 / 3);
            } catch (InterruptedException ended) {
                throw Waiting.interrupted();
            }
        }
    }
}
