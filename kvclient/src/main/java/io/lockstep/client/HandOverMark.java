package io.lockstep.client;

import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;

/**
 * Knows whether an attempt was ever given to a live connection. Before that, nothing can have been sent; after it,
 * anything may have been, whatever the attempt's status says: bytes that wait in a socket's buffer when a call is cut off
 * at its deadline are still sent. So the mark is set when grpc creates the stream on a connection, and not when its
 * headers are seen to leave.
 *
 * <p>Set on the event loop or by the caller of the attempt, read on the event loop when the attempt ends.
 */
final class HandOverMark extends ClientStreamTracer.Factory {
    private volatile boolean handedOver;

    /** When the attempt was made, and from then on when it was handed over. */
    private volatile long atNanos = System.nanoTime();

    boolean isSet() {
        return handedOver;
    }

    /** How long it has been under way, the time to connect left out. */
    long nanosUntil(long nowNanos) {
        return nowNanos - atNanos;
    }

    @Override
    public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
        return new ClientStreamTracer() {
            @Override
            public void streamCreated(Attributes transport, Metadata sent) {
                atNanos = System.nanoTime();
                handedOver = true;
            }
        };
    }
}
