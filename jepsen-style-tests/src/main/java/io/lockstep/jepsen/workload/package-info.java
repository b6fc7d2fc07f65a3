/**
 * What the clients do, and how it is judged. A workload hands out actions to client threads and learns from their results:
 * all its methods are thread-safe. It does no I/O. Written values are unique in a run.
 */
@NullMarked
package io.lockstep.jepsen.workload;

import org.jspecify.annotations.NullMarked;
