package io.lockstep.cli;

import io.lockstep.cli.output.Text;
import io.lockstep.client.ClientException;
import io.lockstep.client.KvClient;
import java.io.IOException;
import java.util.concurrent.Callable;
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
        console.shared().ifPresent(shared -> shared.fill(connection));
        check();
        KvClient client = open();
        Text out = new Text();
        try {
            return run(client, out);
        } catch (ClientException failed) {
            throw new CommandFailed(Explain.failure(failed));
        } finally {
            out.writeTo(console.out());
            // A process that ends does without: taking the connection down in order would cost time that nobody gains
            // from.
            if (console.shared().isEmpty() && !Boolean.getBoolean("kv.process")) {
                client.close();
            }
        }
    }

    private KvClient open() {
        return console.shared().isPresent()
                ? console.shared().get().client(console, connection, readsInput())
                : connection.open(console, readsInput());
    }

    /** Whether it reads standard input, so that no password can be read there. */
    boolean readsInput() {
        return false;
    }

    /** Refuses options that do not go together, before anything is connected. */
    void check() {}
}
