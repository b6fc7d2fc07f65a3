package io.lockstep.node.rpc;

import io.grpc.Metadata;
import io.lockstep.api.Ack;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The dial as it came beside the request, in metadata or HTTP headers, from a client that does not know our fields. What
 * the request itself says goes first. Reads look at the first two, writes at the last.
 *
 * @param maxStalenessMillis empty: no bound
 * @param minRevision 0: no such wish
 * @param ack ACK_UNSET: no such wish
 * @param given whether the client named any of it, and so wants to hear how it was served
 */
record CallDial(OptionalLong maxStalenessMillis, long minRevision, Ack ack, boolean given) {
    static final CallDial NONE = new CallDial(OptionalLong.empty(), 0, Ack.ACK_UNSET, false);

    private static final Metadata.Key<String> MAX_STALENESS = key("lockstep-max-staleness");
    private static final Metadata.Key<String> MIN_REVISION = key("lockstep-min-revision");
    private static final Metadata.Key<String> ACK = key("lockstep-ack");

    private static final Pattern DURATION = Pattern.compile("(\\d{1,12})(ms|s|m|)");
    private static final Pattern REVISION = Pattern.compile("(?:([0-9a-fA-F]{1,16}):)?(\\d{1,19})");

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /**
     * @throws KvException.Rejected DIAL_UNREADABLE, or OTHER_CLUSTER if a session's revision comes with the id of a cluster
     *     that this is not
     */
    static CallDial of(Metadata metadata, long clusterId) {
        String staleness = metadata.get(MAX_STALENESS);
        String revision = metadata.get(MIN_REVISION);
        String ack = metadata.get(ACK);
        if (staleness == null && revision == null && ack == null) {
            return NONE;
        }
        return new CallDial(millis(staleness), revision(revision, clusterId), ack(ack), true);
    }

    private static OptionalLong millis(@Nullable String text) {
        if (text == null) {
            return OptionalLong.empty();
        }
        Matcher duration = DURATION.matcher(text);
        if (!duration.matches()) {
            throw unreadable(MAX_STALENESS, text, "is not a duration such as 500ms or 2s");
        }
        long number = Long.parseLong(duration.group(1));
        return OptionalLong.of(
                switch (duration.group(2)) {
                    case "s" -> number * 1_000;
                    case "m" -> number * 60_000;
                    default -> number;
                });
    }

    private static long revision(@Nullable String text, long clusterId) {
        if (text == null) {
            return 0;
        }
        Matcher parts = REVISION.matcher(text);
        long revision = -1;
        if (parts.matches()) {
            try {
                revision = Long.parseLong(parts.group(2));
            } catch (NumberFormatException tooLarge) {
                // said below
            }
        }
        if (revision < 0) {
            throw unreadable(
                    MIN_REVISION, text, "is not a revision such as 42, or one behind its cluster's id: cafe:42");
        }
        String cluster = parts.group(1);
        if (cluster != null && Long.parseUnsignedLong(cluster, 16) != clusterId) {
            throw new KvException.Rejected(
                    KvError.OTHER_CLUSTER, "it began in " + cluster + ", this is " + Long.toHexString(clusterId));
        }
        return revision;
    }

    private static Ack ack(@Nullable String text) {
        return switch (text == null ? "" : text) {
            case "" -> Ack.ACK_UNSET;
            case "accepted" -> Ack.ACK_ACCEPTED;
            case "quorum" -> Ack.ACK_QUORUM;
            case "all" -> Ack.ACK_ALL;
            default -> throw unreadable(ACK, String.valueOf(text), "is neither accepted nor quorum nor all");
        };
    }

    private static KvException.Rejected unreadable(Metadata.Key<String> key, String text, String why) {
        return new KvException.Rejected(KvError.DIAL_UNREADABLE, key.name() + " \"" + text + "\" " + why);
    }
}
