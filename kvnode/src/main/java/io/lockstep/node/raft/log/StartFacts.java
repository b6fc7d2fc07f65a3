package io.lockstep.node.raft.log;

/**
 * What the rest of the disk says about how long the log must be.
 *
 * @param stateAppliedIndex the last entry in the durable state
 * @param snapshotIndex the newest snapshot, 0 for none
 * @param snapshotInstalled that snapshot came from another member: entries up to it may never have been in this log
 */
public record StartFacts(long stateAppliedIndex, long snapshotIndex, boolean snapshotInstalled) {}
