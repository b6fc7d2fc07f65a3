package io.lockstep.lab;

import io.lockstep.api.ReadPath;

/**
 * One call and what came of it. Times are of the lab's one clock: taken before the request was handed to grpc and after the
 * answer was.
 *
 * @param node the member that was asked, from 1
 * @param sequence of this setting at this member; names the key of a write
 * @param askedRevision what a session asked for, else 0
 * @param revision that the answer showed, or that a write got; 0 if it is not known
 * @param provenMillis the staleness that the answer promised not to exceed, or UNPROVEN
 * @param missing how many members an {@code all} write named as not having it
 */
record Sample(
        Setting setting,
        int node,
        int sequence,
        long askedRevision,
        long sentNanos,
        long endedNanos,
        Result result,
        long revision,
        long provenMillis,
        ReadPath served,
        int missing) {
    static final long UNPROVEN = -1;

    /** What the client was told. */
    enum Result {
        ANSWERED,
        /** An error, or no connection. */
        REFUSED,
        /** Nothing before the client's deadline. */
        TIMED_OUT
    }

    /** An answer came, be it late: then it counts for what it says, and not as an answer that the client got. */
    boolean answered() {
        return result == Result.ANSWERED;
    }

    /** An answer came while the client waited. */
    boolean inTime() {
        return answered() && endedNanos - sentNanos <= Traffic.DEADLINE.toNanos();
    }

    double latencyMillis() {
        return (endedNanos - sentNanos) / 1e6;
    }

    /** The key of a write. */
    String key() {
        return key(setting, node, sequence);
    }

    static String prefix(Setting setting) {
        return "lab/" + setting.id() + "/";
    }

    static String key(Setting setting, int node, int sequence) {
        return prefix(setting) + node + "/" + sequence;
    }
}
