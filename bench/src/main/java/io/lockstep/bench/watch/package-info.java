/**
 * Many watchers on a server while keys are put at a steady rate: does every event reach every one of them, and how late.
 * Streams are read on the event loops of {@link io.lockstep.bench.load.Connections}; one thread begins the puts; the
 * caller's thread waits. Called by the command {@code kv bench watch}.
 */
@NullMarked
package io.lockstep.bench.watch;

import org.jspecify.annotations.NullMarked;
