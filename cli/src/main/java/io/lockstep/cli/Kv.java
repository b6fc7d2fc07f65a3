package io.lockstep.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;

/**
 * The entry of {@code kv}. Looks at the words first and loads only the command that they name: picocli reads a command's
 * annotations by reflection, and thirty commands would cost more than the call that one of them makes.
 */
@Command(
        name = "kv",
        synopsisSubcommandLabel = "COMMAND",
        description = "Lockstep: a distributed key-value store that speaks the etcd v3 API.",
        footer = {
            "",
            "Examples:",
            "  kv up                                  starts three nodes on this machine",
            "  kv put greeting hello",
            "  kv get greeting",
            "  kv help get                            all about one command"
        })
public final class Kv {
    /** Every command by name, in the order of the help. */
    private static final List<String> COMMANDS = List.of(
            "up",
            "down",
            "status",
            "logs",
            "kill",
            "start",
            "node",
            "get",
            "put",
            "del",
            "txn",
            "compact",
            "lease",
            "lock",
            "watch",
            "elect",
            "user",
            "role",
            "auth",
            "endpoint",
            "member",
            "alarm",
            "defrag",
            "move-leader",
            "snapshot",
            "certs",
            "lag",
            "check",
            "shell",
            "version",
            "completion",
            "example",
            "jepsen",
            "lab",
            "bench",
            "help");

    private static final Map<String, List<String>> GROUPS = Map.of(
            "lease",
            List.of("grant", "revoke", "timetolive", "list", "keep-alive"),
            "user",
            List.of("add", "delete", "get", "list", "passwd", "grant-role", "revoke-role"),
            "role",
            List.of("add", "delete", "get", "list", "grant-permission", "revoke-permission"),
            "auth",
            List.of("enable", "disable", "status"),
            "endpoint",
            List.of("status", "health", "hashkv"),
            "member",
            List.of("add", "remove", "update", "promote", "list"),
            "alarm",
            List.of("list", "disarm"),
            "snapshot",
            List.of("save", "status", "restore"),
            "check",
            List.of("perf"));

    private Kv() {}

    public static void main(String[] arguments) {
        int exitCode = run(Bytes.ofArguments(arguments), Console.ofProcess());
        System.out.flush();
        // Ends the client's threads too, which need no farewell.
        Runtime.getRuntime().halt(exitCode);
    }

    /** @return 0 done, 1 failed, 2 wrongly used */
    public static int run(String[] words, Console console) {
        try {
            return execute(words, console);
        } catch (CommandFailed failed) {
            console.error(String.valueOf(failed.getMessage()));
            return failed.exitCode();
        } catch (CancellationException interrupted) {
            return CommandFailed.INTERRUPTED;
        }
    }

    private static int execute(String[] words, Console console) {
        Arguments arguments = Arguments.of(words, GROUPS.keySet());
        List<String> command = arguments.command();
        if (command.isEmpty()) {
            return withoutCommand(arguments, console);
        }
        String name = command.get(0);
        if (name.equals("help")) {
            return help(arguments.rest(), console);
        }
        boolean delegated = Delegate.isOne(name) || Delegate.isOfBackups(command);
        // Certificates are made with the server's libraries, which a shell does not have.
        boolean outside = delegated || name.equals("certs");
        if (outside && console.shared().isPresent() && Outside.isPossible()) {
            return Outside.run(words, console, console.shared().get().options());
        }
        if (Delegate.isOne(name)) {
            return Delegate.run(name, arguments.rest(), console);
        }
        if (delegated) {
            return Delegate.backups(command.get(1), arguments.rest());
        }
        CommandLine line = command(command, console);
        return line.execute(arguments.rest().toArray(String[]::new));
    }

    private static int withoutCommand(Arguments arguments, Console console) {
        for (String option : arguments.rest()) {
            switch (option) {
                case "-h", "--help" -> {
                    return help(List.of(), console);
                }
                case "-V", "--version" -> {
                    return new VersionCommand(console).call();
                }
                default -> throw CommandFailed.usage("\"" + option + "\" needs a command: see \"kv help\"");
            }
        }
        help(List.of(), console);
        return CommandFailed.USAGE;
    }

    /** The one command that these words name, ready to run. */
    private static CommandLine command(List<String> words, Console console) {
        String name = words.get(0);
        List<String> members = GROUPS.get(name);
        if (members == null) {
            return configure(new CommandLine(create(name, console)), "kv " + name, console);
        }
        if (words.size() < 2) {
            throw CommandFailed.usage("\"kv " + name + "\" needs one of: " + String.join(", ", members));
        }
        String member = words.get(1);
        if (!members.contains(member)) {
            throw CommandFailed.usage("\"kv " + name + " " + member + "\" is unknown; there are: "
                    + String.join(
                            ", ", members.stream().map(m -> name + " " + m).toList()));
        }
        return configure(new CommandLine(create(name + " " + member, console)), "kv " + name + " " + member, console);
    }

    private static Object create(String name, Console console) {
        return switch (name) {
            case "get" -> new GetCommand(console);
            case "put" -> new PutCommand(console);
            case "del" -> new DelCommand(console);
            case "txn" -> new TxnCommand(console);
            case "compact", "compaction" -> new CompactCommand(console);
            case "lease grant" -> new LeaseCommand.Grant(console);
            case "lease revoke" -> new LeaseCommand.Revoke(console);
            case "lease timetolive" -> new LeaseCommand.TimeToLive(console);
            case "lease list" -> new LeaseCommand.All(console);
            case "lease keep-alive" -> new LeaseCommand.KeepAlive(console);
            case "user add" -> new UserCommand.Add(console);
            case "user delete" -> new UserCommand.Delete(console);
            case "user get" -> new UserCommand.Get(console);
            case "user list" -> new UserCommand.All(console);
            case "user passwd" -> new UserCommand.Passwd(console);
            case "user grant-role" -> new UserCommand.GrantRole(console);
            case "user revoke-role" -> new UserCommand.RevokeRole(console);
            case "role add" -> new RoleCommand.Add(console);
            case "role delete" -> new RoleCommand.Delete(console);
            case "role get" -> new RoleCommand.Get(console);
            case "role list" -> new RoleCommand.All(console);
            case "role grant-permission" -> new RoleCommand.GrantPermission(console);
            case "role revoke-permission" -> new RoleCommand.RevokePermission(console);
            case "auth enable" -> new AuthCommand.Enable(console);
            case "auth disable" -> new AuthCommand.Disable(console);
            case "auth status" -> new AuthCommand.Status(console);
            case "lock" -> new LockCommand(console);
            case "watch" -> new WatchCommand(console);
            case "elect" -> new ElectCommand(console);
            case "endpoint status" -> new EndpointCommand.Status(console);
            case "endpoint health" -> new EndpointCommand.Health(console);
            case "endpoint hashkv" -> new EndpointCommand.HashKv(console);
            case "alarm list" -> new AlarmCommand.Raised(console);
            case "alarm disarm" -> new AlarmCommand.Disarm(console);
            case "defrag" -> new EndpointCommand.Defrag(console);
            case "move-leader" -> new MoveLeaderCommand(console);
            case "snapshot save" -> new SnapshotCommand(console);
            case "certs" -> new CertsCommand(console);
            case "check perf" -> new CheckPerfCommand(console);
            case "lag" -> new LagCommand(console);
            case "member add" -> new MemberCommand.Add(console);
            case "member remove" -> new MemberCommand.Remove(console);
            case "member update" -> new MemberCommand.Update(console);
            case "member promote" -> new MemberCommand.Promote(console);
            case "member list" -> new MemberListCommand(console);
            case "shell" -> new ShellCommand(console);
            case "version" -> new VersionCommand(console);
            case "completion" -> new CompletionCommand(console);
            case "up" -> new UpCommand(console);
            case "down" -> new DownCommand(console);
            case "status" -> new StatusCommand(console);
            case "logs" -> new LogsCommand(console);
            case "kill" -> new KillCommand(console);
            case "start" -> new StartCommand(console);
            default ->
                throw CommandFailed.usage("there is no command \"" + name + "\"" + Suggestion.of(name, COMMANDS)
                        + ": \"kv help\" lists them");
        };
    }

    private static CommandLine configure(CommandLine line, String qualifiedName, Console console) {
        ErrorLine errors = new ErrorLine(console);
        line.setCommandName(qualifiedName)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOverwrittenOptionsAllowed(false)
                .setColorScheme(CommandLine.Help.defaultColorScheme(console.colour() ? Ansi.ON : Ansi.OFF))
                .setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler(errors)
                .setExecutionExceptionHandler(errors);
        line.getCommandSpec()
                .addOption(CommandLine.Model.OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Show this help.")
                        .build())
                .usageMessage()
                .synopsisHeading("Usage: ")
                .sortOptions(false)
                .abbreviateSynopsis(true)
                .width(110);
        return line;
    }

    private static int help(List<String> words, Console console) {
        List<String> asked =
                words.stream().filter(word -> !word.startsWith("-")).toList();
        if (asked.isEmpty()) {
            overview(console);
        } else if (Delegate.isOne(asked.get(0))) {
            return Delegate.run(asked.get(0), List.of("--help"), console);
        } else if (GROUPS.containsKey(asked.get(0)) && asked.size() == 1) {
            for (String member : GROUPS.get(asked.get(0))) {
                if (Delegate.isOfBackups(List.of(asked.get(0), member))) {
                    Delegate.backups(member, List.of("--help"));
                    continue;
                }
                command(List.of(asked.get(0), member), console).usage(console.out());
            }
        } else if (Delegate.isOfBackups(asked)) {
            return Delegate.backups(asked.get(1), List.of("--help"));
        } else {
            command(asked, console).usage(console.out());
        }
        console.out().flush();
        return CommandFailed.DONE;
    }

    private static void overview(Console console) {
        StringBuilder text = new StringBuilder("Usage: kv COMMAND [OPTIONS]\n");
        CommandLine.Model.CommandSpec self = CommandLine.Model.CommandSpec.forAnnotatedObject(new Kv());
        text.append(String.join(" ", self.usageMessage().description())).append("\n\n");
        for (String name : COMMANDS) {
            text.append(String.format("  %-12s %s%n", name, oneLine(name, console)));
        }
        for (String line : self.usageMessage().footer()) {
            text.append(line).append('\n');
        }
        console.out().print(text);
        console.out().flush();
    }

    private static String oneLine(String name, Console console) {
        return switch (name) {
            case "help" -> "All about one command: kv help get.";
            case "user" -> "Users: add, delete, get, list, passwd, grant-role, revoke-role.";
            case "role" -> "Roles: add, delete, get, list, grant-permission, revoke-permission.";
            case "auth" -> "Whether calls need a user: enable, disable, status.";
            case "lease" -> "Leases: grant, revoke, timetolive, list, keep-alive.";
            case "endpoint" -> "Each server by itself: status, health, hashkv.";
            case "member" -> "The cluster's members: add, remove, update, promote, list.";
            case "alarm" -> "Alarms of members: list, disarm.";
            case "check" -> "Whether the cluster bears a load: perf.";
            case "snapshot" -> "Backups: save, status, restore.";
            default ->
                Delegate.isOne(name)
                        ? Delegate.description(name)
                        : String.join(
                                " ",
                                new CommandLine(create(name, console))
                                        .getCommandSpec()
                                        .usageMessage()
                                        .description());
        };
    }

    /** All commands, for completion. */
    static CommandLine everything(Console console) {
        CommandLine root = new CommandLine(new Kv());
        for (String name : COMMANDS) {
            List<String> members = GROUPS.get(name);
            if (members != null) {
                CommandLine group = new CommandLine(CommandLine.Model.CommandSpec.create());
                for (String member : members) {
                    group.addSubcommand(
                            member,
                            Delegate.isOfBackups(List.of(name, member))
                                    ? new CommandLine(CommandLine.Model.CommandSpec.create())
                                    : configure(
                                            new CommandLine(create(name + " " + member, console)), member, console));
                }
                root.addSubcommand(name, group);
            } else if (Delegate.isOne(name) || name.equals("help")) {
                root.addSubcommand(name, new CommandLine(CommandLine.Model.CommandSpec.create()));
            } else {
                root.addSubcommand(name, configure(new CommandLine(create(name, console)), name, console));
            }
        }
        return root;
    }
}
