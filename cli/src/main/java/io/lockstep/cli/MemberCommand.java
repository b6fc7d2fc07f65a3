package io.lockstep.cli;

import io.lockstep.api.Member;
import io.lockstep.api.MemberAddResponse;
import io.lockstep.api.ResponseHeader;
import io.lockstep.cli.output.MemberPrinter;
import io.lockstep.cli.output.Text;
import io.lockstep.client.KvClient;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Changes of who belongs to the cluster. */
abstract sealed class MemberCommand extends ClientCommand {
    private MemberCommand(Console console) {
        super(console);
    }

    static long id(String text) {
        try {
            return Long.parseUnsignedLong(text, 16);
        } catch (NumberFormatException e) {
            throw CommandFailed.usage(
                    "\"" + text + "\" is not the hexadecimal id of a member: \"kv member list\" shows them");
        }
    }

    MemberPrinter members() {
        return new MemberPrinter(output.format);
    }

    @Command(
            name = "add",
            description = "Adds a member, which is started then.",
            footer = {
                "",
                "Prints what the new node is to be started with, as environment variables: on its machine, set them and run",
                "\"kv node\". It gets the data from the others and votes once it has caught up; with --learner it never does,",
                "until \"kv member promote\".",
                "",
                "Examples:",
                "  kv member add n4 --peer-urls http://10.0.0.4:2380",
                "  kv member add far --peer-urls http://10.1.0.1:2380 --learner"
            })
    static final class Add extends MemberCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The name that the new member has to have.")
        String name = "";

        @Option(
                names = "--peer-urls",
                required = true,
                split = ",",
                paramLabel = "URL",
                description = "Where the other members are going to reach it.")
        List<String> peerUrls = List.of();

        @Option(names = "--learner", description = "Holds the data and has no vote.")
        boolean learner;

        Add(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            MemberAddResponse answer = Waiting.on(client.cluster().add(peerUrls, learner));
            members().added(out, answer, name, peerUrls);
            return CommandFailed.DONE;
        }
    }

    /** What is done to one member that is there. */
    abstract static sealed class Present extends MemberCommand {
        @Parameters(index = "0", paramLabel = "MEMBER", description = "Its id, hexadecimal.")
        String member = "";

        private Present(Console console) {
            super(console);
        }

        @Override
        void check() {
            id(member);
        }

        int done(Text out, ResponseHeader header, List<Member> members, String what) {
            members().changed(out, header, members, id(member), what);
            return CommandFailed.DONE;
        }
    }

    @Command(
            name = "remove",
            description = "Removes a member, which then stops.",
            footer = {"", "Examples:", "  kv member remove 8e9e05c52164694d"})
    static final class Remove extends Present {
        Remove(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            var answer = Waiting.on(client.cluster().remove(id(member)));
            return done(out, answer.getHeader(), answer.getMembersList(), "removed from");
        }
    }

    @Command(
            name = "update",
            description = "Corrects the peer address of a member that was added and has not started yet.",
            footer = {"", "Examples:", "  kv member update 8e9e05c52164694d --peer-urls http://10.0.0.5:2380"})
    static final class Update extends Present {
        @Option(
                names = "--peer-urls",
                required = true,
                split = ",",
                paramLabel = "URL",
                description = "Where the other members are going to reach it.")
        @Nullable
        List<String> peerUrls;

        Update(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            var answer = Waiting.on(client.cluster().update(id(member), peerUrls == null ? List.of() : peerUrls));
            return done(out, answer.getHeader(), answer.getMembersList(), "updated in");
        }
    }

    @Command(
            name = "promote",
            description = "Gives a learner its vote, once it has caught up.",
            footer = {"", "Examples:", "  kv member promote 8e9e05c52164694d"})
    static final class Promote extends Present {
        Promote(Console console) {
            super(console);
        }

        @Override
        int run(KvClient client, Text out) {
            var answer = Waiting.on(client.cluster().promote(id(member)));
            return done(out, answer.getHeader(), answer.getMembersList(), "promoted in");
        }
    }
}
