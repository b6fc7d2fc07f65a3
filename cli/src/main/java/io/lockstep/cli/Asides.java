package io.lockstep.cli;

import io.lockstep.api.ResponseHeader;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What an answer's header says beside the answer: for people, on standard error, so that the answer stays clean. */
final class Asides {
    private static final String PREFIX = "READ_PATH_";

    private Asides() {}

    /** How stale a read may be, and how it was served. */
    static String staleness(ResponseHeader header) {
        String served = header.getServed().name().replace(PREFIX, "").toLowerCase(Locale.ROOT);
        String bound = !header.hasStalenessMillis()
                ? "staleness unknown: the member has proven nothing yet"
                : header.getStalenessMillis() == 0
                        ? "not stale"
                        : "at most " + header.getStalenessMillis() + " ms stale";
        return bound + " (served " + served + " by member " + Long.toHexString(header.getMemberId()) + " at revision "
                + header.getRevision() + ")";
    }

    /** Whom a write that all members should have has not reached; empty text: it has reached them. */
    static String missing(ResponseHeader header) {
        List<Long> members = header.getAckMissingList();
        return members.isEmpty()
                ? ""
                : "the write is committed, but these members have not reported it: "
                        + members.stream().map(Long::toHexString).collect(Collectors.joining(", "));
    }
}
