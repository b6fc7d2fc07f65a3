/**
 * Revisions, versions, views and compaction. No clock, no threads, no I/O but storage.
 */
@NullMarked
package io.lockstep.node.mvcc;

import org.jspecify.annotations.NullMarked;
