package io.lockstep.client;

import io.lockstep.api.RangeRequest;

/**
 * How far behind a read may be. A sealed type and no enum, since further settings carry a value (a bound, a session's
 * revision); each writes itself into the request, so a new one touches no caller.
 */
public sealed interface Consistency {
    /** Sees every write that was acknowledged before the read began, on any node. The default; needs a quorum. */
    static Consistency linearizable() {
        return Linearizable.INSTANCE;
    }

    /** What the node that answers has applied; always answered, also in a minority. */
    static Consistency stale() {
        return Stale.INSTANCE;
    }

    /** Writes the setting into the request. */
    void applyTo(RangeRequest.Builder request);

    /** See {@link Consistency#linearizable()}. */
    enum Linearizable implements Consistency {
        INSTANCE;

        @Override
        public void applyTo(RangeRequest.Builder request) {
            request.setSerializable(false);
        }
    }

    /** See {@link Consistency#stale()}. */
    enum Stale implements Consistency {
        INSTANCE;

        @Override
        public void applyTo(RangeRequest.Builder request) {
            request.setSerializable(true);
        }
    }
}
