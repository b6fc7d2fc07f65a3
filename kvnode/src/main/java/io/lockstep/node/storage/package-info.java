/**
 * The only importer of RocksDB: one database with its column families, write batches, snapshots and checkpoints. Reads
 * come from any thread; who writes is decided by the caller (package apply: its one thread, and the compactor).
 */
@NullMarked
package io.lockstep.node.storage;

import org.jspecify.annotations.NullMarked;
