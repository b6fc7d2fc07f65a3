package io.lockstep.examples;

import io.lockstep.client.ClientException;
import io.lockstep.client.KvClient;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One example as a command: connects, runs it, prints its tables; what fails is one line. */
abstract class Show implements Callable<Integer> {
    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    @Mixin
    Cluster cluster = new Cluster();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Spec
    CommandSpec spec = CommandSpec.create();

    /** @return whether the example's invariant held */
    abstract boolean run(KvClient client, PrintWriter out);

    @Override
    public final Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (KvClient client = cluster.connect()) {
            return run(client, out) ? DONE : FAILED;
        } catch (ClientException failed) {
            return complain(
                    failed.getMessage() + " (" + failed.endpoint()
                            + "): is the cluster running? \"kv up\" starts one, --endpoints says where another is",
                    FAILED);
        } catch (IllegalArgumentException wrongOption) {
            return complain(String.valueOf(wrongOption.getMessage()), USAGE);
        } finally {
            out.flush();
        }
    }

    private int complain(String line, int exitCode) {
        spec.commandLine().getErr().println("kv: " + line.replace('\n', ' '));
        return exitCode;
    }

    static String verdict(boolean holds, String what) {
        return (holds ? "ok: " : "BROKEN: ") + what;
    }
}
