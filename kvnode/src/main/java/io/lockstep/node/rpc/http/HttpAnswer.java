package io.lockstep.node.rpc.http;

import com.google.protobuf.ByteString;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;

/** What goes back; the length and the headers that every answer has are added on the way out. */
record HttpAnswer(HttpResponseStatus status, Map<String, String> headers, ByteString body) {
    private static final String CONTENT_TYPE = "content-type";

    static HttpAnswer json(HttpResponseStatus status, String body) {
        return new HttpAnswer(status, Map.of(CONTENT_TYPE, "application/json"), ByteString.copyFromUtf8(body));
    }

    static HttpAnswer text(HttpResponseStatus status, String body) {
        return new HttpAnswer(
                status,
                Map.of(CONTENT_TYPE, "text/plain; charset=utf-8", "x-content-type-options", "nosniff"),
                ByteString.copyFromUtf8(body));
    }

    static HttpAnswer empty(HttpResponseStatus status) {
        return new HttpAnswer(status, Map.of(), ByteString.EMPTY);
    }

    static HttpAnswer notFound() {
        return text(HttpResponseStatus.NOT_FOUND, "404 page not found\n");
    }

    static HttpAnswer onlyGet() {
        return new HttpAnswer(
                HttpResponseStatus.METHOD_NOT_ALLOWED,
                Map.of(CONTENT_TYPE, "text/plain; charset=utf-8", "x-content-type-options", "nosniff", "allow", "GET"),
                ByteString.copyFromUtf8("Method Not Allowed\n"));
    }
}
