/**
 * One test from beginning to end: cluster up, clients and nemesis at work, everything undone, final reads, verdicts, files.
 * The caller's thread runs it and blocks; client threads and the nemesis thread live only inside.
 */
@NullMarked
package io.lockstep.jepsen.run;

import org.jspecify.annotations.NullMarked;
