package io.lockstep.cli;

import com.google.protobuf.ByteString;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.cli.output.Text;
import io.lockstep.client.KvClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "put",
        description = "Writes a key.",
        footer = {
            "",
            "Without VALUE the value is read from standard input, to its end. Before a key or value that begins with -,",
            "write -- once.",
            "",
            "Examples:",
            "  kv put greeting hello",
            "  kv put greeting hello --prev-kv        and show what was there before",
            "  kv put greeting hello --ack all        once every member has it",
            "  kv put logo < logo.png                 the value comes from a file",
            "  kv put -- -key -value                  what begins with - comes after --"
        })
final class PutCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "KEY")
    String key = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "VALUE")
    @Nullable
    String value;

    @Option(names = "--prev-kv", description = "Also print what was there before.")
    boolean previous;

    @Option(names = "--lease", paramLabel = "ID", description = "Bind the key to this lease (hexadecimal).")
    @Nullable
    String lease;

    @Option(names = "--ignore-value", description = "Keep the value the key has.")
    boolean keepValue;

    @Option(names = "--ignore-lease", description = "Keep the lease the key has.")
    boolean keepLease;

    @Mixin
    AckOption ack = new AckOption();

    PutCommand(Console console) {
        super(console);
    }

    @Override
    void check() {
        if (key.isEmpty()) {
            throw CommandFailed.usage("the key is empty: give a key of at least one byte");
        }
        if (keepValue && value != null) {
            throw CommandFailed.usage("--ignore-value keeps the value the key has: leave VALUE out");
        }
        if (keepLease && lease != null) {
            throw CommandFailed.usage("--ignore-lease keeps the lease the key has: leave --lease out");
        }
        leaseId();
    }

    @Override
    boolean readsInput() {
        return value == null && !keepValue;
    }

    @Override
    int run(KvClient client, Text out) {
        PutResponse answer = client.sync().put(request());
        output.printer().put(out, answer);
        AckOption.report(answer.getHeader(), console());
        return CommandFailed.DONE;
    }

    PutRequest request() {
        return PutRequest.newBuilder()
                .setKey(Bytes.of(key))
                .setValue(keepValue ? ByteString.EMPTY : value == null ? fromInput() : Bytes.of(value))
                .setLease(leaseId())
                .setPrevKv(previous)
                .setIgnoreValue(keepValue)
                .setIgnoreLease(keepLease)
                .setAck(ack.wire())
                .build();
    }

    private long leaseId() {
        try {
            return lease == null ? 0 : Long.parseLong(lease, 16);
        } catch (NumberFormatException bad) {
            throw CommandFailed.usage("--lease \"" + lease + "\" is no lease id: write it in hexadecimal");
        }
    }

    private ByteString fromInput() {
        try {
            return ByteString.readFrom(console().in());
        } catch (IOException unreadable) {
            throw new UncheckedIOException("cannot read the value from standard input", unreadable);
        }
    }
}
