package io.lockstep.cli;

import io.lockstep.api.TxnRequest;
import io.lockstep.cli.output.Text;
import io.lockstep.client.KvClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "txn",
        description = "Runs a transaction that is read from standard input.",
        footer = {
            "",
            "Three sections, each ended by a blank line: conditions; requests if all hold; requests if not.",
            "Conditions: value, version, create, mod or lease, of a key, then = != < >. Requests: get, put, del with",
            "their options.",
            "",
            "Examples:",
            "  kv txn <<END",
            "  mod(\"greeting\") > \"0\"",
            "",
            "  put greeting \"hello again\"",
            "",
            "  put greeting hello",
            "",
            "  END",
            "  kv txn -i                              asks for the sections one by one"
        })
final class TxnCommand extends ClientCommand {
    @Option(
            names = {"-i", "--interactive"},
            description = "Say what is expected next.")
    boolean interactive;

    TxnCommand(Console console) {
        super(console);
    }

    @Override
    boolean readsInput() {
        return true;
    }

    @Override
    int run(KvClient client, Text out) {
        TxnRequest request;
        try {
            request = new TxnInput(console(), interactive).read();
        } catch (IOException unreadable) {
            throw new UncheckedIOException("cannot read the transaction from standard input", unreadable);
        }
        output.printer().txn(out, client.sync().txn(request));
        return CommandFailed.DONE;
    }
}
