/**
 * Brings the Raft configuration to the replicated member list. The list comes first and is the truth: a change of members is
 * a command, and only then does the leader make the same change to Raft, step by step ({@code MemberPlan}), and report what
 * it has done, which is a command again. A leader that is lost in between leaves nothing to know: the next one compares the
 * two and goes on. Runs on a thread of its own ({@code MemberKeeper}); the root package joins it with the group.
 */
@NullMarked
package io.lockstep.node.members;

import org.jspecify.annotations.NullMarked;
