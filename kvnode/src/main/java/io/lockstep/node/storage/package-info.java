/**
 * The only importer of RocksDB: one database with its column families, write batches, snapshots and checkpoints.
 */
@NullMarked
package io.lockstep.node.storage;

import org.jspecify.annotations.NullMarked;
