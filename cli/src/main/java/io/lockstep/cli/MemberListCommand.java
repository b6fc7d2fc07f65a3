package io.lockstep.cli;

import io.lockstep.cli.output.Text;
import io.lockstep.client.Consistency;
import io.lockstep.client.KvClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "list",
        description = "Who belongs to the cluster.",
        footer = {"", "Examples:", "  kv member list", "  kv member list -w table"})
final class MemberListCommand extends ClientCommand {
    @Option(
            names = "--consistency",
            paramLabel = "KIND",
            defaultValue = "linearizable",
            converter = ConsistencyConverter.class,
            description = "linearizable (l), or stale (s): what the asked node knows. Default: linearizable.")
    Consistency consistency = Consistency.linearizable();

    MemberListCommand(Console console) {
        super(console);
    }

    @Override
    int run(KvClient client, Text out) {
        output.printer().members(out, client.sync().memberList(consistency));
        return CommandFailed.DONE;
    }
}
