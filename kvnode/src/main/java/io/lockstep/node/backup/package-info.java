/**
 * Backups as files and streams: a manifest, then the files of a checkpoint, each with its checksum. Knows nothing of what
 * is in them. A backup is read by one thread at a time, whichever; called by the root package.
 */
@NullMarked
package io.lockstep.node.backup;

import org.jspecify.annotations.NullMarked;
