/**
 * Lines that a person types, or that a script holds: read, split into words, remembered. The only importer of JLine; knows
 * nothing of commands. Called from the one thread that reads lines; Ctrl-C comes on a thread of JLine's.
 */
@NullMarked
package io.lockstep.cli.shell;

import org.jspecify.annotations.NullMarked;
