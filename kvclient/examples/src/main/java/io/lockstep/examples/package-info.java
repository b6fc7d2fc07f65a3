/**
 * What the dial is for, in three small programs: a shop, a bank and a leaderboard, run by {@code kv example}. Each is a class
 * with {@code run(client, options)} that anybody may call, from any thread: it starts its own threads, waits for them, and
 * returns figures, of which its invariant is one. Every run has keys of its own and removes them.
 */
@NullMarked
package io.lockstep.examples;

import org.jspecify.annotations.NullMarked;
