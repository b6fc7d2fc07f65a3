/** The services and the port around a node in memory. */
@NullMarked
package io.lockstep.node.rpc;

import org.jspecify.annotations.NullMarked;
