/**
 * Admission, batching and forwarding of writes, and the table of calls that wait for their result.
 */
@NullMarked
package io.lockstep.node.propose;

import org.jspecify.annotations.NullMarked;
