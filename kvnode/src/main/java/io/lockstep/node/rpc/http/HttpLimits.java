package io.lockstep.node.rpc.http;

import io.lockstep.node.rpc.RpcLimits;
import java.time.Duration;

/**
 * The bounds of an HTTP/1 connection. gRPC has its own.
 *
 * @param firstBytesTimeout a connection that has not said by then what it speaks is closed, TLS handshake included
 * @param requestTimeout a request must be complete this long after its first byte
 * @param idleTimeout a connection without a request is closed after this long
 * @param maxRequestLineBytes a longer first line is answered with 414
 * @param maxHeaderBytes more in the headers is answered with 431
 * @param maxBodyBytes a longer body is answered with 413
 */
public record HttpLimits(
        Duration firstBytesTimeout,
        Duration requestTimeout,
        Duration idleTimeout,
        int maxRequestLineBytes,
        int maxHeaderBytes,
        int maxBodyBytes) {
    private static final int JSON_OVERHEAD_BYTES = 64 * 1024;

    public HttpLimits {
        atLeastOne("first bytes timeout", firstBytesTimeout.toMillis());
        atLeastOne("request timeout", requestTimeout.toMillis());
        atLeastOne("idle timeout", idleTimeout.toMillis());
        atLeastOne("request line bytes", maxRequestLineBytes);
        atLeastOne("header bytes", maxHeaderBytes);
        atLeastOne("body bytes", maxBodyBytes);
    }

    /** A body may hold the largest message: base64 makes four bytes of three. */
    public static HttpLimits of(RpcLimits limits) {
        return new HttpLimits(
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(120),
                8 * 1024,
                32 * 1024,
                limits.maxMessageBytes() / 3 * 4 + JSON_OVERHEAD_BYTES);
    }

    private static void atLeastOne(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ": it must be at least 1");
        }
    }
}
