/**
 * The HTTP/1.1 side of the client port: the JSON gateway, health, version and metrics. Requests are read and answered on
 * the connection's event loop; JSON and metrics are worked on in the read pool. Built by {@code rpc.port}.
 */
@NullMarked
package io.lockstep.node.rpc.http;

import org.jspecify.annotations.NullMarked;
