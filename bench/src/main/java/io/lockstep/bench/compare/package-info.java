/**
 * Two systems under the same loads in turn, as clusters of real processes on loopback, in pairs, so that what is compared ran minutes and not
 * days apart. Runs on the thread of the caller and kills, by pid, every process that it started.
 */
@NullMarked
package io.lockstep.bench.compare;

import org.jspecify.annotations.NullMarked;
