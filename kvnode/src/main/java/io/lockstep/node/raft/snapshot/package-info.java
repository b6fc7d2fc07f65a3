/**
 * The files of a Raft snapshot: a checkpoint of the state, and a list of its files with their checksums. Written after
 * the apply thread froze the checkpoint, verified before the state is replaced.
 */
@NullMarked
package io.lockstep.node.raft.snapshot;

import org.jspecify.annotations.NullMarked;
