package io.lockstep.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * Commands that other parts of the product bring along. Found by name, when they are typed: the commands of every day do
 * not load a server or a test harness.
 */
final class Delegate {
    private static final Set<String> NAMES = Set.of("node", "jepsen", "lab", "bench", "example");
    private static final String NODE = "io.lockstep.node.Main";
    private static final String BACKUPS = "io.lockstep.node.BackupCommand";
    private static final String JEPSEN = "io.lockstep.jepsen.JepsenCommand";
    private static final String LAB = "io.lockstep.lab.LabCommand";
    private static final String BENCH = "io.lockstep.bench.BenchCommand";
    private static final String EXAMPLE = "io.lockstep.examples.ExampleCommand";

    private Delegate() {}

    static boolean isOne(String name) {
        return NAMES.contains(name);
    }

    static String description(String name) {
        return switch (name) {
            case "node" -> "Runs one node in the foreground: kv node --help lists its settings.";
            case "jepsen" -> "Tests under faults: test, probe, check.";
            case "lab" -> "Shows replication against synchronisation: a cluster under faults, drawn on one page.";
            case "bench" -> "Load on any etcd v3 server, with latencies.";
            case "example" -> "Small programs on the running cluster: shop, bank, leaderboard.";
            default -> throw new IllegalArgumentException(name);
        };
    }

    static int run(String name, List<String> arguments, Console console) {
        String[] words = arguments.stream().map(Bytes::text).toArray(String[]::new);
        return switch (name) {
            case "node" -> node(words);
            case "jepsen" -> command(JEPSEN, name).execute(words);
            case "lab" -> command(LAB, name).execute(words);
            case "bench" -> command(BENCH, name).execute(words);
            case "example" -> example(words, console);
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** Comes back only when the node has stopped, if at all: its main ends the process. */
    private static int node(String[] words) {
        try {
            Method main = Class.forName(NODE).getMethod("main", String[].class);
            main.invoke(null, (Object) words);
            return CommandFailed.DONE;
        } catch (InvocationTargetException failed) {
            throw new CommandFailed("the node failed: " + failed.getCause());
        } catch (ReflectiveOperationException | LinkageError absent) {
            throw missing("node", absent);
        }
    }

    /** Backups are looked at and restored by the server's own code: for a server that is not there yet. */
    static boolean isOfBackups(List<String> command) {
        return command.size() == 2
                && command.get(0).equals("snapshot")
                && (command.get(1).equals("status") || command.get(1).equals("restore"));
    }

    static int backups(String command, List<String> arguments) {
        List<String> words = new ArrayList<>(List.of(command));
        arguments.forEach(word -> words.add(Bytes.text(word)));
        try {
            Method run = Class.forName(BACKUPS).getMethod("run", String[].class);
            return (int) run.invoke(null, (Object) words.toArray(String[]::new));
        } catch (InvocationTargetException failed) {
            throw new CommandFailed("the backup could not be used: " + failed.getCause());
        } catch (ReflectiveOperationException | LinkageError absent) {
            throw missing("snapshot " + command, absent);
        }
    }

    /** Where the cluster is, and who calls, an example learns as every other command does. */
    private static int example(String[] words, Console console) {
        String endpoints = String.join(",", new Connection().endpoints(console).keySet());
        ErrorLine errors = new ErrorLine(console);
        return command(EXAMPLE, "example")
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setDefaultValueProvider(option -> ofEnvironment(option, endpoints, console))
                .setParameterExceptionHandler(errors)
                .setExecutionExceptionHandler(errors)
                .execute(words);
    }

    private static @Nullable String ofEnvironment(CommandLine.Model.ArgSpec option, String endpoints, Console console) {
        return switch (option instanceof CommandLine.Model.OptionSpec named ? named.longestName() : "") {
            case "--endpoints" -> endpoints;
            case "--cacert" ->
                console.environment("LOCKSTEP_CACERT", "ETCDCTL_CACERT").orElse(null);
            case "--cert" ->
                console.environment("LOCKSTEP_CERT", "ETCDCTL_CERT").orElse(null);
            case "--key" -> console.environment("LOCKSTEP_KEY", "ETCDCTL_KEY").orElse(null);
            case "--user" -> user(console).orElse(null);
            default -> null;
        };
    }

    private static Optional<String> user(Console console) {
        Optional<String> password = console.environment("LOCKSTEP_PASSWORD", "ETCDCTL_PASSWORD");
        return console.environment("LOCKSTEP_USER", "ETCDCTL_USER")
                .map(name -> password.map(secret -> name + ":" + secret).orElse(name));
    }

    private static CommandLine command(String className, String name) {
        try {
            Object command = Class.forName(className).getDeclaredConstructor().newInstance();
            return new CommandLine(command).setCommandName("kv " + name);
        } catch (ReflectiveOperationException | LinkageError absent) {
            throw missing(name, absent);
        }
    }

    private static CommandFailed missing(String name, Throwable why) {
        return new CommandFailed(
                "\"kv " + name + "\" is not part of this build (" + why + "): build it again with \"mvn package\"");
    }
}
