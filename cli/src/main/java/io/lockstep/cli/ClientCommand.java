package io.lockstep.cli;

import io.lockstep.cli.output.Text;
import io.lockstep.client.ClientException;
import io.lockstep.client.KvClient;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Mixin;

/** A command that asks the servers: opens a client, prints what {@link #run} put together, explains what failed. */
abstract class ClientCommand implements Callable<Integer> {
    @Mixin
    Connection connection = new Connection();

    @Mixin
    OutputOptions output = new OutputOptions();

    private final Console console;

    ClientCommand(Console console) {
        this.console = console;
    }

    final Console console() {
        return console;
    }

    /** @return the exit code */
    abstract int run(KvClient client, Text out);

    @Override
    public final Integer call() throws IOException {
        check();
        // Not closed: the process ends, and taking the connection down in order would cost time that nobody gains from.
        KvClient client = connection.open(console);
        Text out = new Text();
        try {
            return run(client, out);
        } catch (ClientException failed) {
            throw new CommandFailed(Explain.failure(failed));
        } finally {
            out.writeTo(console.out());
            if (!Boolean.getBoolean("kv.process")) {
                client.close();
            }
        }
    }

    static <A> A await(CompletableFuture<A> answer) {
        try {
            return answer.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof ClientException known) {
                throw known;
            }
            throw failed;
        }
    }

    /** Refuses options that do not go together, before anything is connected. */
    void check() {}
}
