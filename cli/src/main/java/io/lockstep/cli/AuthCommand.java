package io.lockstep.cli;

import io.lockstep.api.AuthEnableResponse;
import io.lockstep.cli.output.AuthPrinter;
import io.lockstep.cli.output.Text;
import io.lockstep.client.DefiniteFailure;
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
                "There must be a user root; the role root is granted to it, if it has not got it yet.",
                "",
                "Examples:",
                "  kv user add root:secret",
                "  kv auth enable"
            })
    static final class Enable extends ClientCommand {
        private static final String WITHOUT_ROOT_ROLE = "etcdserver: root user does not have root role";

        Enable(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            new AuthPrinter(output.format).done(out, enable(client).getHeader(), "Authentication Enabled");
            return CommandFailed.DONE;
        }

        private static AuthEnableResponse enable(KvClient client) {
            try {
                return Waiting.on(client.auth().enable());
            } catch (DefiniteFailure refused) {
                if (!String.valueOf(refused.getMessage()).contains(WITHOUT_ROOT_ROLE)) {
                    throw refused;
                }
                addRootRole(client);
                Waiting.on(client.auth().userGrantRole("root", "root"));
                return Waiting.on(client.auth().enable());
            }
        }
    }

    private static void addRootRole(KvClient client) {
        try {
            Waiting.on(client.auth().roleAdd("root"));
        } catch (DefiniteFailure refused) {
            if (!String.valueOf(refused.getMessage()).contains("role name already exists")) {
                throw refused;
            }
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
