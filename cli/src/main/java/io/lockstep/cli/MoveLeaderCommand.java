package io.lockstep.cli;

import io.lockstep.api.MoveLeaderResponse;
import io.lockstep.api.StatusResponse;
import io.lockstep.cli.output.Text;
import io.lockstep.client.ClientException;
import io.lockstep.client.Endpoint;
import io.lockstep.client.KvClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "move-leader",
        description = "Hands leadership to another member.",
        footer = {
            "",
            "One of --endpoints must be the leader.",
            "",
            "Examples:",
            "  kv move-leader 8e9e05c52164694d        the id that \"kv member list\" shows"
        })
final class MoveLeaderCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "MEMBER", description = "Its id, hexadecimal.")
    String member = "";

    MoveLeaderCommand(Console console) {
        super(console);
    }

    private long target() {
        try {
            return Long.parseUnsignedLong(member, 16);
        } catch (NumberFormatException e) {
            throw CommandFailed.usage(
                    "\"" + member + "\" is not the hexadecimal id of a member: \"kv member list\" shows them");
        }
    }

    @Override
    void check() {
        target();
        output.printer().moved(new Text(), 0, 0, MoveLeaderResponse.getDefaultInstance());
    }

    @Override
    int run(KvClient client, Text out) {
        for (Endpoint endpoint : connection.endpoints(console()).values()) {
            StatusResponse status;
            try {
                status = client.sync().status(endpoint);
            } catch (ClientException unreachable) {
                continue;
            }
            long self = status.getHeader().getMemberId();
            if (status.getLeader() == self) {
                MoveLeaderResponse moved = Waiting.on(client.maintenance().moveLeader(endpoint, target()));
                output.printer().moved(out, self, target(), moved);
                return CommandFailed.DONE;
            }
        }
        throw new CommandFailed(
                "no leader endpoint given at " + connection.endpoints(console()).keySet());
    }
}
