package io.lockstep.node.rpc.http;

import com.google.gson.JsonObject;
import io.lockstep.node.rpc.ApiLevel;
import io.lockstep.node.rpc.NodeServices;
import io.lockstep.node.rpc.RpcCall;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** All that HTTP/1 is answered with, by path. */
final class Site implements Pages {
    private final GatewayRoutes gateway;
    private final Map<String, Pages> pages;

    Site(NodeServices services, GatewayRoutes gateway, Executor pool) {
        this.gateway = gateway;
        HealthPages health = new HealthPages(services);
        String version = version(services.productVersion());
        pages = Map.of(
                "/health", health::health,
                "/livez", health::live,
                "/livez/serializable_read", (in, call) -> health.single("serializable_read", in, call),
                "/readyz", health::ready,
                "/readyz/data_corruption", (in, call) -> health.single("data_corruption", in, call),
                "/readyz/serializable_read", (in, call) -> health.single("serializable_read", in, call),
                "/readyz/linearizable_read", (in, call) -> health.single("linearizable_read", in, call),
                "/readyz/non_learner", (in, call) -> health.single("non_learner", in, call),
                "/version",
                        (in, call) ->
                                CompletableFuture.completedFuture(HttpAnswer.json(HttpResponseStatus.OK, version)),
                "/metrics", new MetricsPage(services.metrics(), pool));
    }

    /** Clients parse the first two as three numbers each. */
    private static String version(String productVersion) {
        JsonObject version = new JsonObject();
        version.addProperty("etcdserver", ApiLevel.SERVER_VERSION);
        version.addProperty("etcdcluster", ApiLevel.CLUSTER_VERSION);
        version.addProperty("lockstep", productVersion);
        return version.toString();
    }

    @Override
    public CompletableFuture<HttpAnswer> answer(HttpRequestIn request, RpcCall call) {
        if (request.method().equals(HttpMethod.OPTIONS)) {
            // A browser asks before it posts across origins; the headers that let it are on every answer.
            return CompletableFuture.completedFuture(HttpAnswer.empty(HttpResponseStatus.OK));
        }
        if (GatewayRoutes.owns(request.path())) {
            return gateway.answer(request, call);
        }
        Pages page = pages.get(request.path());
        if (page == null) {
            return CompletableFuture.completedFuture(HttpAnswer.notFound());
        }
        boolean allowed = request.method().equals(HttpMethod.GET)
                || (request.method().equals(HttpMethod.HEAD) && request.path().equals("/metrics"));
        return allowed ? page.answer(request, call) : CompletableFuture.completedFuture(HttpAnswer.onlyGet());
    }
}
