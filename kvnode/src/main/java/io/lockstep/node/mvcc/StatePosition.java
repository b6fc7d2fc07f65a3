package io.lockstep.node.mvcc;

/** The last log entry in a state. */
public record StatePosition(long index, long term) {}
