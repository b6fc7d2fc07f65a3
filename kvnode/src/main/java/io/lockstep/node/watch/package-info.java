/**
 * Tells watchers what changed: those that are up to date as it happens, the others from the history on disk. {@link
 * io.lockstep.node.watch.WatchHub} has two threads: {@code lockstep-watch} owns all of {@link
 * io.lockstep.node.watch.WatchCore} and sends, {@code lockstep-watch-reads} reads history. The apply thread hands batches
 * over and goes on; {@code rpc} opens streams.
 */
@NullMarked
package io.lockstep.node.watch;

import org.jspecify.annotations.NullMarked;
