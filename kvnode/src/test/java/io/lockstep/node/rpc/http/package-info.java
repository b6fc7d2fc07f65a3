/** The HTTP side as its clients meet it. */
@NullMarked
package io.lockstep.node.rpc.http;

import org.jspecify.annotations.NullMarked;
