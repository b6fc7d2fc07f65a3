package io.lockstep.jepsen.client;

import io.lockstep.client.Session;

/** What a user's session has seen, on whichever member. One thread. */
public final class SessionToken {
    private long clusterId;
    private long revision;

    /** Nothing yet. */
    public SessionToken() {}

    void note(long answeredClusterId, long answeredRevision) {
        clusterId = answeredClusterId;
        revision = Math.max(revision, answeredRevision);
    }

    Session.Token toKvClient() {
        return new Session.Token(clusterId, revision);
    }

    /** As metadata: the cluster's id in hexadecimal before the revision. Empty if nothing was seen. */
    String toHeader() {
        return revision == 0 ? "" : Long.toHexString(clusterId) + ":" + revision;
    }
}
