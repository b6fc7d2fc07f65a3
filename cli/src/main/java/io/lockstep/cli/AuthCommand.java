package io.lockstep.cli;

import io.lockstep.cli.output.AuthPrinter;
import io.lockstep.cli.output.Text;
import io.lockstep.client.KvClient;
import picocli.CommandLine.Command;

/** Auth as a whole: the members of {@code kv auth}. */
final class AuthCommand {
    private AuthCommand() {}

    @Command(
            name = "enable",
            description = "From now on every call needs a user.",
            footer = {
                "",
                "There must be a user root that has the role root.",
                "",
                "Examples:",
                "  kv user add root:secret",
                "  kv user grant-role root root",
                "  kv auth enable"
            })
    static final class Enable extends ClientCommand {
        Enable(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            var answer = Waiting.on(client.auth().enable());
            new AuthPrinter(output.format).done(out, answer.getHeader(), "Authentication Enabled");
            return CommandFailed.DONE;
        }
    }

    @Command(
            name = "disable",
            description = "From now on everyone may do everything.",
            footer = {"", "Examples:", "  kv auth disable --user root:secret"})
    static final class Disable extends ClientCommand {
        Disable(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            var answer = Waiting.on(client.auth().disable());
            new AuthPrinter(output.format).done(out, answer.getHeader(), "Authentication Disabled");
            return CommandFailed.DONE;
        }
    }

    @Command(
            name = "status",
            description = "Whether auth is on.",
            footer = {"", "Examples:", "  kv auth status --user root:secret"})
    static final class Status extends ClientCommand {
        Status(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            new AuthPrinter(output.format).status(out, Waiting.on(client.auth().status()));
            return CommandFailed.DONE;
        }
    }
}
