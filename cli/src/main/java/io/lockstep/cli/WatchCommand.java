package io.lockstep.cli;

import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchResponse;
import io.lockstep.cli.output.Format;
import io.lockstep.cli.output.Text;
import io.lockstep.client.KeyRange;
import io.lockstep.client.KvClient;
import io.lockstep.client.Watch;
import io.lockstep.client.WatchListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "watch",
        description = "Shows the changes of a key, or of a range of keys, until you end it.",
        footer = {
            "",
            "Examples:",
            "  kv watch greeting                      each change from now on",
            "  kv watch user/ --prefix --prev-kv      with what was there before",
            "  kv watch user/ --prefix --rev 1        all that happened, and what follows"
        })
final class WatchCommand extends ClientCommand {
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

    @Option(names = "--rev", paramLabel = "N", description = "From this revision on. Default: from now on.")
    long revision;

    @Option(names = "--prev-kv", description = "Also what was there before each change.")
    boolean prevKv;

    @Option(names = "--progress-notify", description = "Say how far the watch is when nothing happens for long.")
    boolean progressNotify;

    WatchCommand(Console console) {
        super(console);
    }

    @Override
    void check() {
        keys.check(end);
        if (revision < 0) {
            throw CommandFailed.usage("--rev is " + revision + "; it must be 0 (from now on) or more");
        }
    }

    @Override
    int run(KvClient client, Text out) {
        if (output.format == Format.table) {
            output.printer().watch(new Text(), WatchResponse.getDefaultInstance());
        }
        KeyRange range = keys.of(key, end);
        WatchCreateRequest request = WatchCreateRequest.newBuilder()
                .setKey(range.key())
                .setRangeEnd(range.end())
                .setStartRevision(revision)
                .setPrevKv(prevKv)
                .setProgressNotify(progressNotify)
                .build();
        CompletableFuture<String> ended = new CompletableFuture<>();
        try (Watch watch = client.watch(request, new Shown(ended))) {
            throw new CommandFailed("watch was canceled (" + Waiting.on(ended) + ")");
        }
    }

    private final class Shown implements WatchListener {
        private final CompletableFuture<String> ended;

        Shown(CompletableFuture<String> ended) {
            this.ended = ended;
        }

        @Override
        public void onAnswer(WatchResponse answer) {
            try {
                print(answer);
            } catch (RuntimeException e) {
                ended.completeExceptionally(e);
            }
        }

        @Override
        public void onCompacted(WatchResponse answer) {
            if (output.format == Format.json) {
                print(answer);
            }
            ended.complete("etcdserver: mvcc: required revision has been compacted; the oldest that is left is "
                    + answer.getCompactRevision());
        }

        @Override
        public void onRefused(String reason) {
            ended.complete(reason);
        }
    }

    private void print(WatchResponse answer) {
        Text text = new Text();
        if (answer.getEventsCount() == 0 && !answer.getCanceled()) {
            text.line("progress notify: " + answer.getHeader().getRevision());
        }
        output.printer().watch(text, answer);
        try {
            text.writeTo(console().out());
        } catch (IOException closed) {
            throw new UncheckedIOException(closed);
        }
    }
}
