package io.lockstep.bench;

import io.lockstep.bench.ceiling.NullServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the null server until it is interrupted. */
@Command(
        name = "null-server",
        description = "Run a server that answers puts and reads from memory: the ceiling of any comparison.",
        mixinStandardHelpOptions = true)
final class NullServerCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
    CommandSpec command;

    @Option(
            names = "--port",
            defaultValue = "0",
            paramLabel = "PORT",
            description = "port on loopback; 0 takes a free one")
    int port;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = command.commandLine().getOut();
        try (NullServer server = new NullServer(port)) {
            out.println("null server at " + server.endpoint());
            out.flush();
            server.awaitEnd();
            return 0;
        } catch (IOException e) {
            command.commandLine().getErr().println("port " + port + " can't be listened on: " + e.getMessage());
            return 1;
        }
    }
}
