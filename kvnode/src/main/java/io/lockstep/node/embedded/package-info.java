/**
 * A whole cluster in this JVM, for tests and demonstrations: starts, stops, pauses and parts real nodes. Owns no data but
 * the directory; its methods are called by tests, on any thread, one at a time.
 */
@NullMarked
package io.lockstep.node.embedded;

import org.jspecify.annotations.NullMarked;
