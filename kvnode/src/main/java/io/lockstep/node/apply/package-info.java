/**
 * The single writer of replicated state: one switch over commands, on the apply thread (JRaft's FSM thread). Everything
 * that decides an outcome here reads no clock, no random numbers and no hash-map order.
 */
@NullMarked
package io.lockstep.node.apply;

import org.jspecify.annotations.NullMarked;
