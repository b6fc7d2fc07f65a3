package io.lockstep.cli;

import io.lockstep.api.ResponseHeader;
import io.lockstep.cli.output.AuthPrinter;
import io.lockstep.cli.output.Text;
import io.lockstep.client.Auth;
import io.lockstep.client.KvClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Users: the members of {@code kv user}. */
final class UserCommand {
    private UserCommand() {}

    /** Where a password comes from that is not on the command line. */
    private static final class Asking {
        @Option(
                names = "--interactive",
                arity = "0..1",
                fallbackValue = "true",
                defaultValue = "true",
                paramLabel = "true|false",
                description = "Ask for the password at the terminal (default), or read a line from standard input.")
        boolean interactive = true;
    }

    @Command(
            name = "add",
            description = "Adds a user.",
            footer = {
                "",
                "Without a password here it is asked for, or read from standard input.",
                "",
                "Examples:",
                "  kv user add ann",
                "  kv user add ann:secret",
                "  kv user add ann --no-password          known by a certificate alone"
            })
    static final class Add extends ClientCommand {
        @Parameters(index = "0", paramLabel = "NAME[:PASSWORD]")
        String user = "";

        @Option(names = "--new-user-password", paramLabel = "PASSWORD", description = "The new user's password.")
        @Nullable
        String password;

        @Option(names = "--no-password", description = "No password is this user's: a certificate is needed.")
        boolean noPassword;

        @Mixin
        Asking asking = new Asking();

        Add(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            String text = Bytes.text(user);
            int colon = noPassword || password != null ? -1 : text.indexOf(':');
            String name = colon < 0 ? text : text.substring(0, colon);
            if (name.isEmpty()) {
                throw CommandFailed.usage("the user's name is empty");
            }
            Auth auth = client.auth();
            var answer = Waiting.on(
                    noPassword
                            ? auth.userAddWithoutPassword(name)
                            : auth.userAdd(name, colon < 0 ? fresh(name) : text.substring(colon + 1)));
            new AuthPrinter(output.format).done(out, answer.getHeader(), "User " + name + " created");
            return CommandFailed.DONE;
        }

        private String fresh(String name) {
            return password != null ? Bytes.text(password) : Passwords.fresh(console(), name, asking.interactive);
        }
    }

    @Command(
            name = "delete",
            description = "Deletes a user.",
            footer = {"", "Examples:", "  kv user delete ann"})
    static final class Delete extends ClientCommand {
        @Parameters(index = "0", paramLabel = "NAME")
        String user = "";

        Delete(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            var answer = Waiting.on(client.auth().userDelete(Bytes.text(user)));
            new AuthPrinter(output.format).done(out, answer.getHeader(), "User " + Bytes.text(user) + " deleted");
            return CommandFailed.DONE;
        }
    }

    @Command(
            name = "get",
            description = "The roles of a user.",
            footer = {"", "Examples:", "  kv user get ann", "  kv user get ann --detail"})
    static final class Get extends ClientCommand {
        @Parameters(index = "0", paramLabel = "NAME")
        String user = "";

        @Option(names = "--detail", description = "Also what each of them may do.")
        boolean detail;

        Get(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            var answer = Waiting.on(client.auth().userGet(Bytes.text(user)));
            AuthPrinter printer = new AuthPrinter(output.format);
            if (!detail) {
                printer.user(out, Bytes.text(user), answer);
                return CommandFailed.DONE;
            }
            out.line("User: " + Bytes.text(user));
            for (String role : answer.getRolesList()) {
                out.line("");
                printer.role(out, role, Waiting.on(client.auth().roleGet(role)));
            }
            return CommandFailed.DONE;
        }
    }

    @Command(
            name = "list",
            description = "All users.",
            footer = {"", "Examples:", "  kv user list"})
    static final class All extends ClientCommand {
        All(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            var answer = Waiting.on(client.auth().userList());
            new AuthPrinter(output.format).names(out, answer.getHeader(), "user", answer.getUsersList());
            return CommandFailed.DONE;
        }
    }

    @Command(
            name = "passwd",
            description = "Changes a user's password, and ends what the user is logged in with.",
            footer = {
                "",
                "The password is asked for, or read from standard input.",
                "",
                "Examples:",
                "  kv user passwd ann",
                "  kv user passwd ann --interactive=false < file"
            })
    static final class Passwd extends ClientCommand {
        @Parameters(index = "0", paramLabel = "NAME")
        String user = "";

        @Mixin
        Asking asking = new Asking();

        Passwd(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            String name = Bytes.text(user);
            String password = Passwords.fresh(console(), name, asking.interactive);
            var answer = Waiting.on(client.auth().userChangePassword(name, password));
            new AuthPrinter(output.format).done(out, answer.getHeader(), "Password updated");
            return CommandFailed.DONE;
        }
    }

    /** Of a user and one of its roles. */
    private abstract static class Membership extends ClientCommand {
        @Parameters(index = "0", paramLabel = "NAME")
        String user = "";

        @Parameters(index = "1", paramLabel = "ROLE")
        String role = "";

        Membership(Console console) {
            super(console);
        }

        final void done(Text out, ResponseHeader header, String what) {
            new AuthPrinter(output.format)
                    .done(out, header, "Role " + Bytes.text(role) + " is " + what + " user " + Bytes.text(user));
        }
    }

    @Command(
            name = "grant-role",
            description = "Gives a user a role.",
            footer = {"", "Examples:", "  kv user grant-role ann readers"})
    static final class GrantRole extends Membership {
        GrantRole(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            var answer = Waiting.on(client.auth().userGrantRole(Bytes.text(user), Bytes.text(role)));
            done(out, answer.getHeader(), "granted to");
            return CommandFailed.DONE;
        }
    }

    @Command(
            name = "revoke-role",
            description = "Takes a role from a user.",
            footer = {"", "Examples:", "  kv user revoke-role ann readers"})
    static final class RevokeRole extends Membership {
        RevokeRole(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            var answer = Waiting.on(client.auth().userRevokeRole(Bytes.text(user), Bytes.text(role)));
            done(out, answer.getHeader(), "revoked from");
            return CommandFailed.DONE;
        }
    }
}
