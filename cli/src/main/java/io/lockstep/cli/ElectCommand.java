package io.lockstep.cli;

import com.google.protobuf.ByteString;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.election.LeaderResponse;
import io.lockstep.cli.output.Text;
import io.lockstep.client.GetOptions;
import io.lockstep.client.KvClient;
import io.lockstep.client.Leadership;
import io.lockstep.client.Lease;
import io.lockstep.client.Observer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "elect",
        description = "Campaigns in an election and leads until you end it; or observes one.",
        footer = {
            "",
            "Examples:",
            "  kv elect primary host-1                leads as host-1 once nobody else does",
            "  kv elect --listen primary              shows each leader"
        })
final class ElectCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "NAME")
    String name = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "VALUE", description = "What the others see of you.")
    @Nullable
    String value;

    @Option(
            names = {"-l", "--listen"},
            description = "Only show who leads, until you end it.")
    boolean listen;

    @Option(
            names = "--ttl",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "After this time another may lead if this process is gone. Default: 10.")
    int ttlSeconds;

    ElectCommand(Console console) {
        super(console);
    }

    @Override
    void check() {
        if (listen && value != null) {
            throw CommandFailed.usage("--listen only shows who leads: leave VALUE out");
        }
        if (!listen && value == null) {
            throw CommandFailed.usage("give a VALUE to campaign with, or --listen to see who leads");
        }
        output.printer().get(new Text(), RangeResponse.getDefaultInstance());
    }

    @Override
    int run(KvClient client, Text out) {
        String proposal = value;
        return proposal == null ? observe(client) : campaign(client, proposal);
    }

    private int campaign(KvClient client, String proposal) {
        try (Lease lease = client.sync().openLease(Duration.ofSeconds(ttlSeconds))) {
            Thread farewell = new Thread(lease::close);
            Runtime.getRuntime().addShutdownHook(farewell);
            try (Leadership leadership = client.sync().campaign(name, proposal, lease, LockCommand.PATIENCE)) {
                print(client.sync().get(leadership.key().getKey(), GetOptions.DEFAULT));
                return LockCommand.awaitLoss(lease);
            } finally {
                LockCommand.wake();
                LockCommand.forget(farewell);
            }
        }
    }

    private int observe(KvClient client) {
        BlockingQueue<LeaderResponse> leaders = new LinkedBlockingQueue<>();
        try (Observer observer = client.elections().observe(ByteString.copyFromUtf8(name), leaders::add)) {
            while (true) {
                LeaderResponse leader = leaders.take();
                print(RangeResponse.newBuilder()
                        .setHeader(leader.getHeader())
                        .addKvs(leader.getKv())
                        .build());
            }
        } catch (InterruptedException ended) {
            throw Waiting.interrupted();
        }
    }

    private void print(RangeResponse answer) {
        Text line = new Text();
        output.printer().get(line, answer);
        try {
            line.writeTo(console().out());
        } catch (IOException closed) {
            throw new UncheckedIOException(closed);
        }
    }
}
