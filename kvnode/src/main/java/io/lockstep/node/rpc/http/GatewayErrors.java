package io.lockstep.node.rpc.http;

import com.google.gson.JsonPrimitive;
import io.grpc.Status;
import io.netty.handler.codec.http.HttpResponseStatus;

/** A gRPC status in HTTP's terms, as etcd 3.5.30's gateway puts it. */
final class GatewayErrors {
    private static final HttpResponseStatus CLIENT_CLOSED_REQUEST =
            new HttpResponseStatus(499, "Client Closed Request");

    private GatewayErrors() {}

    static HttpAnswer answer(Status status) {
        return HttpAnswer.json(httpStatus(status.getCode()), json(status));
    }

    static String json(Status status) {
        return json(status.getCode(), status.getDescription() == null ? "" : status.getDescription());
    }

    static HttpAnswer notFound() {
        return answer(Status.Code.NOT_FOUND, "Not Found");
    }

    /** The odd pair of code and text is the gateway's. */
    static HttpAnswer onlyPost() {
        return answer(Status.Code.UNIMPLEMENTED, "Method Not Allowed");
    }

    private static HttpAnswer answer(Status.Code code, String text) {
        return HttpAnswer.json(httpStatus(code), json(code, text));
    }

    private static String json(Status.Code code, String text) {
        return "{\"code\":" + code.value() + ",\"message\":" + new JsonPrimitive(text) + "}";
    }

    static HttpResponseStatus httpStatus(Status.Code code) {
        return switch (code) {
            case OK -> HttpResponseStatus.OK;
            case CANCELLED -> CLIENT_CLOSED_REQUEST;
            case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> HttpResponseStatus.BAD_REQUEST;
            case DEADLINE_EXCEEDED -> HttpResponseStatus.GATEWAY_TIMEOUT;
            case NOT_FOUND -> HttpResponseStatus.NOT_FOUND;
            case ALREADY_EXISTS, ABORTED -> HttpResponseStatus.CONFLICT;
            case PERMISSION_DENIED -> HttpResponseStatus.FORBIDDEN;
            case UNAUTHENTICATED -> HttpResponseStatus.UNAUTHORIZED;
            case RESOURCE_EXHAUSTED -> HttpResponseStatus.TOO_MANY_REQUESTS;
            case UNIMPLEMENTED -> HttpResponseStatus.NOT_IMPLEMENTED;
            case UNAVAILABLE -> HttpResponseStatus.SERVICE_UNAVAILABLE;
            case UNKNOWN, INTERNAL, DATA_LOSS -> HttpResponseStatus.INTERNAL_SERVER_ERROR;
        };
    }
}
