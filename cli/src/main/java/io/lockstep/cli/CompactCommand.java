package io.lockstep.cli;

import io.lockstep.cli.output.Text;
import io.lockstep.client.KvClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "compact",
        aliases = "compaction",
        description = "Forgets what was overwritten or deleted before a revision.",
        footer = {
            "",
            "Examples:",
            "  kv compact 1000                        reads as of revisions below 1000 fail from now on",
            "  kv compact 1000 --physical             and wait until the space is given back"
        })
final class CompactCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "REVISION")
    long revision;

    @Option(names = "--physical", description = "Wait until the space is given back.")
    boolean physical;

    CompactCommand(Console console) {
        super(console);
    }

    @Override
    int run(KvClient client, Text out) {
        client.sync().compact(revision, physical);
        out.line("compacted revision " + revision);
        return CommandFailed.DONE;
    }
}
