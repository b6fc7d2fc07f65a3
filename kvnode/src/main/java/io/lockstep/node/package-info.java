/**
 * The server, embeddable: {@code KvNode.start(config)}. The one place that builds and joins everything.
 */
@NullMarked
package io.lockstep.node;

import org.jspecify.annotations.NullMarked;
