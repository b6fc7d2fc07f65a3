package io.lockstep.cli;

import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.DeleteRangeResponse;
import io.lockstep.cli.output.Format;
import io.lockstep.cli.output.Text;
import io.lockstep.client.KeyRange;
import io.lockstep.client.KvClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "del",
        description = "Deletes a key, or a range of keys, and prints how many there were.",
        footer = {
            "",
            "Examples:",
            "  kv del greeting",
            "  kv del user/ --prefix --prev-kv        all keys that begin with user/, and show them",
            "  kv del a c                             keys from a up to, and without, c"
        })
final class DelCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "KEY", description = "The key, or where the range begins.")
    String key = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "END",
            description = "Where the range ends; not in it itself.")
    @Nullable
    String end;

    @Mixin
    RangeOptions keys = new RangeOptions();

    @Option(names = "--range", description = "KEY and END are a range, which END says already: for etcdctl's scripts.")
    boolean range;

    @Option(names = "--prev-kv", description = "Also print what is deleted.")
    boolean previous;

    @Mixin
    AckOption ack = new AckOption();

    DelCommand(Console console) {
        super(console);
    }

    @Override
    void check() {
        keys.check(key, end);
        if (range && end == null) {
            throw CommandFailed.usage("--range needs the end of the range: kv del KEY END --range");
        }
    }

    @Override
    int run(KvClient client, Text out) {
        DeleteRangeResponse answer = client.sync().delete(request());
        if (answer.getHeader().hasRevisionKnown() && output.format == Format.simple) {
            out.line("accepted"); // how many there were nobody knows yet
        } else {
            output.printer().delete(out, answer);
        }
        AckOption.report(answer.getHeader(), console());
        return CommandFailed.DONE;
    }

    DeleteRangeRequest request() {
        KeyRange asked = keys.of(key, end);
        return DeleteRangeRequest.newBuilder()
                .setKey(asked.key())
                .setRangeEnd(asked.end())
                .setPrevKv(previous)
                .setAck(ack.wire())
                .build();
    }
}
