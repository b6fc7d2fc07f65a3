/**
 * Revisions, versions, views and compaction. No clock, no threads, no I/O but storage. Mutators run on the apply thread,
 * views on any.
 */
@NullMarked
package io.lockstep.node.mvcc;

import org.jspecify.annotations.NullMarked;
