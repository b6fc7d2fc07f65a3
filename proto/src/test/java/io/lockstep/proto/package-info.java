/** Holds the API against what the etcd world ships: one thread, no state, used by nobody. */
@NullMarked
package io.lockstep.proto;

import org.jspecify.annotations.NullMarked;
