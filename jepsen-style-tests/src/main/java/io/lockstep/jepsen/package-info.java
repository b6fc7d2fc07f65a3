/**
 * Fault tests with real processes: the command line and what a machine can do for them. Everything below runs in the
 * caller's thread.
 */
@NullMarked
package io.lockstep.jepsen;

import org.jspecify.annotations.NullMarked;
