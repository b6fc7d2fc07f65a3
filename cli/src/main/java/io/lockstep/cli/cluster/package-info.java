/**
 * The local cluster: processes on this machine, everything about them in one folder. Called by one command at a time; what
 * two commands at once could both do is guarded by a lock file. Linux: it reads {@code /proc}.
 */
@NullMarked
package io.lockstep.cli.cluster;

import org.jspecify.annotations.NullMarked;
