/**
 * The commands of `kv bench`: they read options, call the packages below and print. They run on the thread of the command line and own
 * nothing that outlives a command.
 */
@NullMarked
package io.lockstep.bench;

import org.jspecify.annotations.NullMarked;
