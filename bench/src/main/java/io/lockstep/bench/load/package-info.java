/**
 * Drives any server of the etcd v3 API with a load and measures it: closed loop (a number of calls outstanding) or open loop (a fixed rate).
 * Operations are made and completed on the event loops of the client, or on the pacer's thread in an open loop; the caller of
 * {@link io.lockstep.bench.load.LoadGenerator} only waits. Used by the commands and by the comparison.
 */
@NullMarked
package io.lockstep.bench.load;

import org.jspecify.annotations.NullMarked;
