package io.lockstep.jepsen.history;

import java.util.List;

/**
 * What a server said.
 *
 * @param revision the header's revision: after a write its own, for a read that of the state it was served from
 * @param succeeded for a compare-and-set: the comparison held; for a delete: the key was there; else true
 * @param versions what a read or the failure branch of a compare-and-set found, in the order of the answer
 * @param stalenessMillis how stale the server says that a read's state is at most; {@link #UNPROVEN} if it does not say
 */
public record Answer(long revision, boolean succeeded, List<Version> versions, long stalenessMillis) {
    public static final long UNPROVEN = -1;

    public Answer {
        versions = List.copyOf(versions);
    }

    /** One that says nothing of staleness. */
    public Answer(long revision, boolean succeeded, List<Version> versions) {
        this(revision, succeeded, versions, UNPROVEN);
    }
}
