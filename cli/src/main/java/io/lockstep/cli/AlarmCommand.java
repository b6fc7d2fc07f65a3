package io.lockstep.cli;

import io.lockstep.api.AlarmMember;
import io.lockstep.api.AlarmResponse;
import io.lockstep.cli.output.Text;
import io.lockstep.client.KvClient;
import picocli.CommandLine.Command;

/** {@code kv alarm ...}. */
abstract sealed class AlarmCommand extends ClientCommand {
    private AlarmCommand(Console console) {
        super(console);
    }

    @Command(
            name = "list",
            description = "The alarms that are raised, by member.",
            footer = {"", "Examples:", "  kv alarm list", "  kv alarm list -w json"})
    static final class Raised extends AlarmCommand {
        Raised(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            output.printer().alarms(out, Waiting.on(client.maintenance().alarms()));
            return CommandFailed.DONE;
        }
    }

    @Command(
            name = "disarm",
            description = "Ends all alarms; one whose cause remains comes back.",
            footer = {"", "Examples:", "  kv alarm disarm"})
    static final class Disarm extends AlarmCommand {
        Disarm(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            AlarmResponse.Builder ended = AlarmResponse.newBuilder();
            for (AlarmMember alarm : Waiting.on(client.maintenance().alarms()).getAlarmsList()) {
                ended.addAllAlarms(
                        Waiting.on(client.maintenance().disarm(alarm)).getAlarmsList());
            }
            output.printer().alarms(out, ended.build());
            return CommandFailed.DONE;
        }
    }
}
