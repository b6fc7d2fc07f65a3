/**
 * The only importer of JRaft: the group, its transport, the guard around its log, membership and snapshots.
 */
@NullMarked
package io.lockstep.node.raft;

import org.jspecify.annotations.NullMarked;
