/**
 * The guard around what JRaft keeps on disk: its log and its vote. Fails a start, or the node, rather than go on without
 * data that was acknowledged. Owned by JRaft's log thread after the start; the raft package builds it.
 */
@NullMarked
package io.lockstep.node.raft.log;

import org.jspecify.annotations.NullMarked;
