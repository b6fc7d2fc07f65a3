/**
 * Certificates and keys of a port as they lie on disk: read, checked, and read again when they change, so that each new
 * connection begins with what is there now while those that are open go on. Called on event loops, by the client port and
 * the peer port.
 */
@NullMarked
package io.lockstep.node.tls;

import org.jspecify.annotations.NullMarked;
