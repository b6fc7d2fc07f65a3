/**
 * {@code kv}: the command line. One thread; every command is a class that reads its options, does one thing and returns
 * an exit code. Nothing here is loaded before its command is typed, since most commands live for a blink.
 */
@NullMarked
package io.lockstep.cli;

import org.jspecify.annotations.NullMarked;
