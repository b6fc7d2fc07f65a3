/** The port as clients of every kind meet it. */
@NullMarked
package io.lockstep.node.rpc.port;

import org.jspecify.annotations.NullMarked;
