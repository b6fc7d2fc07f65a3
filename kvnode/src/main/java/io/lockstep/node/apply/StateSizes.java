package io.lockstep.node.apply;

/**
 * How much disk and memory the state takes.
 *
 * @param totalBytes live tables and memtables: what the quota is judged by
 * @param inUseBytes an estimate of what a full compaction would leave
 */
public record StateSizes(long totalBytes, long inUseBytes) {}
