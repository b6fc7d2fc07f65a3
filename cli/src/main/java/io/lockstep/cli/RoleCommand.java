package io.lockstep.cli;

import io.lockstep.api.ResponseHeader;
import io.lockstep.api.auth.Permission;
import io.lockstep.cli.output.AuthPrinter;
import io.lockstep.cli.output.Text;
import io.lockstep.client.KeyRange;
import io.lockstep.client.KvClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Roles: the members of {@code kv role}. */
final class RoleCommand {
    private RoleCommand() {}

    /** Of a role as a whole. */
    private abstract static class Whole extends ClientCommand {
        @Parameters(index = "0", paramLabel = "ROLE")
        String role = "";

        Whole(Console console) {
            super(console);
        }

        final void done(Text out, ResponseHeader header, String what) {
            new AuthPrinter(output.format).done(out, header, "Role " + Bytes.text(role) + " " + what);
        }
    }

    @Command(
            name = "add",
            description = "Adds a role.",
            footer = {"", "Examples:", "  kv role add readers"})
    static final class Add extends Whole {
        Add(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            done(out, Waiting.on(client.auth().roleAdd(Bytes.text(role))).getHeader(), "created");
            return CommandFailed.DONE;
        }
    }

    @Command(
            name = "delete",
            description = "Deletes a role, and takes it from all users.",
            footer = {"", "Examples:", "  kv role delete readers"})
    static final class Delete extends Whole {
        Delete(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            done(out, Waiting.on(client.auth().roleDelete(Bytes.text(role))).getHeader(), "deleted");
            return CommandFailed.DONE;
        }
    }

    @Command(
            name = "get",
            description = "What a role may do.",
            footer = {"", "Examples:", "  kv role get readers"})
    static final class Get extends ClientCommand {
        @Parameters(index = "0", paramLabel = "ROLE")
        String role = "";

        Get(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            new AuthPrinter(output.format)
                    .role(out, Bytes.text(role), Waiting.on(client.auth().roleGet(Bytes.text(role))));
            return CommandFailed.DONE;
        }
    }

    @Command(
            name = "list",
            description = "All roles.",
            footer = {"", "Examples:", "  kv role list"})
    static final class All extends ClientCommand {
        All(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            var answer = Waiting.on(client.auth().roleList());
            new AuthPrinter(output.format).names(out, answer.getHeader(), "role", answer.getRolesList());
            return CommandFailed.DONE;
        }
    }

    @Command(
            name = "grant-permission",
            description = "Lets a role read or write keys.",
            footer = {
                "",
                "Examples:",
                "  kv role grant-permission readers read config",
                "  kv role grant-permission writers readwrite jobs/ --prefix",
                "  kv role grant-permission writers write a c"
            })
    static final class GrantPermission extends ClientCommand {
        @Parameters(index = "0", paramLabel = "ROLE")
        String role = "";

        @Parameters(index = "1", paramLabel = "read|write|readwrite")
        String type = "";

        @Parameters(index = "2", paramLabel = "KEY")
        String key = "";

        @Parameters(index = "3", arity = "0..1", paramLabel = "END")
        @Nullable
        String end;

        @Mixin
        RangeOptions range = new RangeOptions();

        GrantPermission(Console console) {
            super(console);
        }

        @Override
        void check() {
            range.check(end);
            type();
        }

        private Permission.Type type() {
            return switch (Bytes.text(type).toLowerCase(java.util.Locale.ROOT)) {
                case "read" -> Permission.Type.READ;
                case "write" -> Permission.Type.WRITE;
                case "readwrite" -> Permission.Type.READWRITE;
                default -> throw CommandFailed.usage("\"" + type + "\" is none of read, write and readwrite");
            };
        }

        @Override
        int run(KvClient client, Text out) {
            KeyRange keys = range.of(key, end);
            var answer = Waiting.on(client.auth().roleGrantPermission(Bytes.text(role), type(), keys));
            new AuthPrinter(output.format).done(out, answer.getHeader(), "Role " + Bytes.text(role) + " updated");
            return CommandFailed.DONE;
        }
    }

    @Command(
            name = "revoke-permission",
            description = "Takes keys from a role, exactly as they were granted.",
            footer = {
                "",
                "Examples:",
                "  kv role revoke-permission readers config",
                "  kv role revoke-permission writers jobs/ --prefix"
            })
    static final class RevokePermission extends ClientCommand {
        @Parameters(index = "0", paramLabel = "ROLE")
        String role = "";

        @Parameters(index = "1", paramLabel = "KEY")
        String key = "";

        @Parameters(index = "2", arity = "0..1", paramLabel = "END")
        @Nullable
        String end;

        @Mixin
        RangeOptions range = new RangeOptions();

        RevokePermission(Console console) {
            super(console);
        }

        @Override
        void check() {
            range.check(end);
        }

        @Override
        int run(KvClient client, Text out) {
            KeyRange keys = range.of(key, end);
            var answer = Waiting.on(client.auth().roleRevokePermission(Bytes.text(role), keys));
            String what = keys.end().isEmpty() ? "key " : "range ";
            new AuthPrinter(output.format)
                    .done(
                            out,
                            answer.getHeader(),
                            "Permission of " + what + AuthPrinter.keys(keys.key(), keys.end())
                                    + " is revoked from role " + Bytes.text(role));
            return CommandFailed.DONE;
        }
    }
}
