package io.lockstep.node.rpc.http;

import com.google.protobuf.ByteString;
import io.lockstep.node.rpc.RpcCall;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** {@code /metrics}: what stands in the node's registry, in the format that the scraper asks for. */
final class MetricsPage implements Pages {
    private final PrometheusRegistry registry;
    private final Executor pool;
    private final ExpositionFormats formats = ExpositionFormats.init();

    MetricsPage(PrometheusRegistry registry, Executor pool) {
        this.registry = registry;
        this.pool = pool;
    }

    @Override
    public CompletableFuture<HttpAnswer> answer(HttpRequestIn request, RpcCall call) {
        // Sizes may touch the disk, so not on the event loop.
        try {
            return CompletableFuture.supplyAsync(() -> scrape(request.headers().get("accept")), pool);
        } catch (RejectedExecutionException full) {
            return CompletableFuture.completedFuture(
                    HttpAnswer.text(HttpResponseStatus.SERVICE_UNAVAILABLE, "too many requests\n"));
        }
    }

    private HttpAnswer scrape(@Nullable String accept) {
        ExpositionFormatWriter writer = formats.findWriter(accept);
        ByteString.Output out = ByteString.newOutput();
        try {
            writer.write(out, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new HttpAnswer(
                HttpResponseStatus.OK, Map.of("content-type", writer.getContentType()), out.toByteString());
    }
}
