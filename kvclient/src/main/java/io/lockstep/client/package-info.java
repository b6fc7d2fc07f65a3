/**
 * The Java client. Any thread may call it; calls never block but for those of {@link io.lockstep.client.SyncKvClient}.
 * One event loop thread of the client's own does the network's work, decides about retries and completes the internal
 * futures; what the caller gets is completed on the callback executor. Talks the etcd v3 API, so it works with any server
 * of that API.
 */
@NullMarked
package io.lockstep.client;

import org.jspecify.annotations.NullMarked;
