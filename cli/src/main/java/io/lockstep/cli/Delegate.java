package io.lockstep.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import picocli.CommandLine;

/**
 * Commands that other parts of the product bring along. Found by name, when they are typed: the commands of every day do
 * not load a server or a test harness.
 */
final class Delegate {
    private static final String NODE = "io.lockstep.node.Main";
    private static final String JEPSEN = "io.lockstep.jepsen.JepsenCommand";
    private static final String BENCH = "io.lockstep.bench.BenchCommand";

    private Delegate() {}

    static boolean isOne(String name) {
        return name.equals("node") || name.equals("jepsen") || name.equals("bench");
    }

    static String description(String name) {
        return switch (name) {
            case "node" -> "Runs one node in the foreground: kv node --help lists its settings.";
            case "jepsen" -> "Tests under faults: test, probe, check.";
            case "bench" -> "Load on any etcd v3 server, with latencies.";
            default -> throw new IllegalArgumentException(name);
        };
    }

    static int run(String name, List<String> arguments, Console console) {
        String[] words = arguments.stream().map(Bytes::text).toArray(String[]::new);
        return switch (name) {
            case "node" -> node(words);
            case "jepsen" -> picocli(JEPSEN, name, words);
            case "bench" -> picocli(BENCH, name, words);
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

    private static int picocli(String className, String name, String[] words) {
        try {
            Object command = Class.forName(className).getDeclaredConstructor().newInstance();
            return new CommandLine(command).setCommandName("kv " + name).execute(words);
        } catch (ReflectiveOperationException | LinkageError absent) {
            throw missing(name, absent);
        }
    }

    private static CommandFailed missing(String name, Throwable why) {
        return new CommandFailed(
                "\"kv " + name + "\" is not part of this build (" + why + "): build it again with \"mvn package\"");
    }
}
