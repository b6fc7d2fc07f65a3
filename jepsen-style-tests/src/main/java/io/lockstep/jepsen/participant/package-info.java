/**
 * What uses the store beside the clients of a test, in its own way and on through every fault: watches, holders of leases.
 * Each drives itself by threads of its own; what it was told is judged, when all is over, by the log of all changes.
 */
@NullMarked
package io.lockstep.jepsen.participant;

import org.jspecify.annotations.NullMarked;
