/**
 * Faults: which, when and to whom is planned from a seed; each is done, shown to have taken effect, undone and written
 * down by one thread.
 */
@NullMarked
package io.lockstep.jepsen.nemesis;

import org.jspecify.annotations.NullMarked;
