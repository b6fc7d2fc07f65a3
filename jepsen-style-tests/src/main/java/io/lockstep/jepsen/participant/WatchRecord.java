package io.lockstep.jepsen.participant;

import java.util.List;

/**
 * All that one watch was told, in the order in which it was told.
 *
 * @param lasting it was to be told everything, up to the end of the test
 */
record WatchRecord(String name, WatchSpec spec, boolean lasting, List<Told> told) {
    WatchRecord {
        told = List.copyOf(told);
    }
}
