/**
 * The single writer of replicated state: one switch over commands, on the apply thread (JRaft's FSM thread).
 */
@NullMarked
package io.lockstep.node.apply;

import org.jspecify.annotations.NullMarked;
