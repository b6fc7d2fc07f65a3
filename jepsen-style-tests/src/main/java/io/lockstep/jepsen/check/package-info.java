/**
 * Judges histories: pure functions from operations (and the event log of a cluster) to a verdict with reasons. No
 * clocks but for budgets, no I/O, no threads; anyone may call them. A checker that cannot decide says UNKNOWN, and
 * never VALID.
 */
@NullMarked
package io.lockstep.jepsen.check;

import org.jspecify.annotations.NullMarked;
