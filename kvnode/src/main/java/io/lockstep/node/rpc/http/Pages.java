package io.lockstep.node.rpc.http;

import io.lockstep.node.rpc.RpcCall;
import java.util.concurrent.CompletableFuture;

/** What answers a path. Does not block. */
@FunctionalInterface
interface Pages {
    CompletableFuture<HttpAnswer> answer(HttpRequestIn request, RpcCall call);
}
