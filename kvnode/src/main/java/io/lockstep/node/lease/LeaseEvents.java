package io.lockstep.node.lease;

import java.util.List;

/** Told by the apply thread what becomes of leases, as it executes the commands. Must not block and must not throw. */
public interface LeaseEvents {
    /** For who keeps no time. */
    LeaseEvents NONE = new LeaseEvents() {
        @Override
        public void loaded(List<Lease> all) {}

        @Override
        public void begins(Lease lease) {}

        @Override
        public void ended(long id) {}
    };

    /** At the start, and when a snapshot replaced the state: these are all that there are. */
    void loaded(List<Lease> all);

    /** Granted or renewed: from now on it lives for its whole TTL. */
    void begins(Lease lease);

    /** Revoked, or expired. */
    void ended(long id);
}
