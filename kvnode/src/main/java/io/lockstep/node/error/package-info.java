/**
 * The closed set of errors, with the gRPC code and the exact text that clients match. Imports nothing.
 */
@NullMarked
package io.lockstep.node.error;

import org.jspecify.annotations.NullMarked;
