package io.lockstep.node.rpc.http;

import com.google.protobuf.ByteString;
import io.lockstep.api.AlarmMember;
import io.lockstep.api.AlarmType;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.node.rpc.ErrorMapping;
import io.lockstep.node.rpc.NodeServices;
import io.lockstep.node.rpc.RpcCall;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** {@code /health}, {@code /livez} and {@code /readyz}: bodies and codes are etcd's, since probes compare them. */
final class HealthPages {
    private final NodeServices services;

    HealthPages(NodeServices services) {
        this.services = services;
    }

    /** 200 if this member can serve: no alarm, a leader, and a linearizable read (any read with ?serializable=true). */
    CompletableFuture<HttpAnswer> health(HttpRequestIn request, RpcCall call) {
        Set<String> excluded = Set.copyOf(request.query().getOrDefault("exclude", List.of()));
        boolean serializable =
                request.query().getOrDefault("serializable", List.of()).contains("true");
        for (AlarmMember alarm : services.status().alarms()) {
            if (!excluded.contains(alarm.getAlarm().name())) {
                return CompletableFuture.completedFuture(unhealthy("ALARM " + alarm.getAlarm()));
            }
        }
        if (!serializable && services.status().leaderId() == 0) {
            return CompletableFuture.completedFuture(unhealthy("RAFT NO LEADER"));
        }
        CompletableFuture<String> read = serializable ? serializableRead() : linearizableRead(call);
        return read.thenApply(failure -> failure.isEmpty() ? health("true", "") : unhealthy("QGET ERROR:" + failure));
    }

    private static HttpAnswer unhealthy(String reason) {
        return health("false", reason);
    }

    private static HttpAnswer health(String value, String reason) {
        boolean healthy = value.equals("true");
        return new HttpAnswer(
                healthy ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE,
                Map.of("content-type", "text/plain; charset=utf-8"),
                ByteString.copyFromUtf8("{\"health\":\"" + value + "\",\"reason\":\"" + reason + "\"}"));
    }

    /** Whether the process is worth keeping. */
    CompletableFuture<HttpAnswer> live(HttpRequestIn request, RpcCall call) {
        return probe(request, call, List.of("serializable_read"));
    }

    /** Whether calls may be sent here. */
    CompletableFuture<HttpAnswer> ready(HttpRequestIn request, RpcCall call) {
        return probe(
                request, call, List.of("data_corruption", "serializable_read", "linearizable_read", "non_learner"));
    }

    /** One check of a probe by its own path, such as {@code /readyz/linearizable_read}. */
    CompletableFuture<HttpAnswer> single(String check, HttpRequestIn request, RpcCall call) {
        return probe(request, call, List.of(check));
    }

    private CompletableFuture<HttpAnswer> probe(HttpRequestIn request, RpcCall call, List<String> checks) {
        Set<String> excluded = Set.copyOf(request.query().getOrDefault("exclude", List.of()));
        boolean verbose = request.query().containsKey("verbose");
        List<String> names =
                checks.stream().filter(name -> !excluded.contains(name)).toList();
        List<CompletableFuture<String>> outcomes =
                names.stream().map(name -> check(name, call)).toList();
        return CompletableFuture.allOf(outcomes.toArray(new CompletableFuture<?>[0]))
                .thenApply(done -> report(names, outcomes, verbose));
    }

    private static HttpAnswer report(List<String> names, List<CompletableFuture<String>> outcomes, boolean verbose) {
        List<String> lines = new ArrayList<>();
        boolean failed = false;
        for (int i = 0; i < names.size(); i++) {
            String failure = outcomes.get(i).join();
            failed |= !failure.isEmpty();
            lines.add(
                    failure.isEmpty()
                            ? "[+]" + names.get(i) + " ok\n"
                            : "[-]" + names.get(i) + " failed: " + failure + "\n");
        }
        String detail = String.join("", lines);
        return failed
                ? HttpAnswer.text(HttpResponseStatus.SERVICE_UNAVAILABLE, detail + "\n")
                : HttpAnswer.text(HttpResponseStatus.OK, (verbose ? detail : "") + "ok\n");
    }

    /** Empty: passed; else why not. */
    private CompletableFuture<String> check(String name, RpcCall call) {
        return switch (name) {
            case "data_corruption" ->
                CompletableFuture.completedFuture(
                        services.status().alarms().stream().anyMatch(alarm -> alarm.getAlarm() == AlarmType.CORRUPT)
                                ? "alarm activated: CORRUPT"
                                : "");
            case "serializable_read" -> serializableRead();
            case "linearizable_read" -> linearizableRead(call);
            case "non_learner" ->
                CompletableFuture.completedFuture(services.status().isLearner() ? "not supported for learner" : "");
            default -> throw new IllegalArgumentException("no check " + name);
        };
    }

    private CompletableFuture<String> serializableRead() {
        try {
            ReadView view = services.views().acquire();
            view.release();
            return CompletableFuture.completedFuture("");
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(text(e));
        }
    }

    private CompletableFuture<String> linearizableRead(RpcCall call) {
        return services.readGate()
                .await(call.deadlineNanos())
                .handle((open, failure) -> failure == null ? "" : text(failure));
    }

    private static String text(Throwable failure) {
        return String.valueOf(ErrorMapping.toStatus(failure, "health check").getDescription());
    }
}
