/**
 * Real server processes on hosts of their own: network namespaces behind one switch, data on file systems that can lose
 * power. Needs root. The runner's thread and the nemesis thread call it, never both at the same member; nothing here knows
 * about operations.
 */
@NullMarked
package io.lockstep.jepsen.cluster;

import org.jspecify.annotations.NullMarked;
