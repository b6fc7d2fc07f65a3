package io.lockstep.client;

import io.lockstep.api.RangeRequest;
import java.time.Duration;

/**
 * Where between replication and synchronisation a read takes place. Each setting writes itself into the request; what a
 * read then got is in the answer's header: how it was served, and how stale it may be.
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

    /**
     * Sees at least every write that was acknowledged this long before the read began: answered by the asked node if it can
     * prove that, else linearizably.
     *
     * @param staleness in whole milliseconds, not negative
     */
    static Consistency atMost(Duration staleness) {
        return new AtMost(staleness);
    }

    /**
     * Sees at least the state of this revision: answered by the asked node as soon as it has that. One that the cluster has
     * not reached is refused.
     */
    static Consistency atLeast(long revision) {
        return new AtLeast(revision);
    }

    /** Writes the setting into the request. */
    void applyTo(RangeRequest.Builder request);

    /** See {@link Consistency#linearizable()}. */
    enum Linearizable implements Consistency {
        /** There is one. */
        INSTANCE;

        @Override
        public void applyTo(RangeRequest.Builder request) {
            request.setSerializable(false);
        }
    }

    /** See {@link Consistency#stale()}. */
    enum Stale implements Consistency {
        /** There is one. */
        INSTANCE;

        @Override
        public void applyTo(RangeRequest.Builder request) {
            request.setSerializable(true);
        }
    }

    /** See {@link Consistency#atMost}. */
    record AtMost(Duration staleness) implements Consistency {
        public AtMost {
            if (staleness.isNegative()) {
                throw new IllegalArgumentException("staleness is " + staleness + "; it must be 0 or more");
            }
        }

        @Override
        public void applyTo(RangeRequest.Builder request) {
            request.setSerializable(false).setMaxStalenessMillis(staleness.toMillis());
        }
    }

    /** See {@link Consistency#atLeast}. */
    record AtLeast(long revision) implements Consistency {
        public AtLeast {
            if (revision < 1) {
                throw new IllegalArgumentException("revision is " + revision + "; it must be 1 or more");
            }
        }

        @Override
        public void applyTo(RangeRequest.Builder request) {
            request.setSerializable(false).setMinRevision(revision);
        }
    }
}
