package io.lockstep.cli;

import io.lockstep.cli.output.Text;
import io.lockstep.client.Endpoint;
import io.lockstep.client.KvClient;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "save",
        description = "Writes a backup of one member's state, with its history, to a file.",
        footer = {"", "Examples:", "  kv snapshot save backup.db", "  kv snapshot status backup.db -w table"})
final class SnapshotCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "FILE")
    String file = "";

    SnapshotCommand(Console console) {
        super(console);
    }

    @Override
    int run(KvClient client, Text out) {
        Map<String, Endpoint> endpoints = connection.endpoints(console());
        if (endpoints.size() != 1) {
            console().note("the first of the " + endpoints.size() + " endpoints is asked");
        }
        Path target = console().resolve(file);
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try {
            try {
                save(client, endpoints.values().iterator().next(), part);
                Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException failed) {
            throw new CommandFailed("no backup was saved: " + failed.getMessage());
        }
        out.line("Snapshot saved at " + file);
        return CommandFailed.DONE;
    }

    private static void save(KvClient client, Endpoint from, Path part) throws IOException {
        try (FileChannel channel = FileChannel.open(
                part, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
            client.maintenance().snapshot(from, out, remaining -> {});
            out.flush();
            channel.force(true);
        }
    }
}
