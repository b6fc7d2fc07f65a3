/**
 * The gate that a linearizable read passes, and range execution on the newest view.
 */
@NullMarked
package io.lockstep.node.read;

import org.jspecify.annotations.NullMarked;
