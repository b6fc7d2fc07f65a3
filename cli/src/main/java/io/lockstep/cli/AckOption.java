package io.lockstep.cli;

import io.lockstep.api.Ack;
import io.lockstep.api.ResponseHeader;
import picocli.CommandLine.Option;

/** When a write is acknowledged. */
final class AckOption {
    /** As one types them. */
    enum Kind {
        accepted(Ack.ACK_ACCEPTED),
        quorum(Ack.ACK_UNSET),
        all(Ack.ACK_ALL);

        private final Ack wire;

        Kind(Ack wire) {
            this.wire = wire;
        }
    }

    @Option(
            names = "--ack",
            paramLabel = "WHEN",
            defaultValue = "quorum",
            description =
                    "accepted: the leader has it, and it may be lost. quorum: committed. all: every member has applied"
                            + " it. Default: quorum.")
    Kind kind = Kind.quorum;

    Ack wire() {
        return kind.wire;
    }

    /** Tells of members that a write for all has not reached. */
    static void report(ResponseHeader header, Console console) {
        String missing = Asides.missing(header);
        if (!missing.isEmpty()) {
            console.error(missing);
        }
    }
}
