package io.lockstep.node.rpc;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Locale;

/** Counts calls under the names that etcd's dashboards ask for. */
public final class RpcMetrics {
    private final Counter started;
    private final Counter handled;

    public RpcMetrics(PrometheusRegistry registry) {
        started = Counter.builder()
                .name("grpc_server_started_total")
                .help("Calls that began, by method.")
                .labelNames("grpc_type", "grpc_service", "grpc_method")
                .register(registry);
        handled = Counter.builder()
                .name("grpc_server_handled_total")
                .help("Calls that ended, by method and code.")
                .labelNames("grpc_type", "grpc_service", "grpc_method", "grpc_code")
                .register(registry);
    }

    public ForMethod of(MethodDescriptor<?, ?> method) {
        return new ForMethod(method);
    }

    /** The counters of one method, looked up once. */
    public final class ForMethod {
        private final String[] labels;
        private final CounterDataPoint begun;
        private final CounterDataPoint succeeded;

        private ForMethod(MethodDescriptor<?, ?> method) {
            labels = new String[] {
                type(method.getType()),
                String.valueOf(method.getServiceName()),
                String.valueOf(method.getBareMethodName())
            };
            begun = started.labelValues(labels);
            succeeded = handled.labelValues(labels[0], labels[1], labels[2], "OK");
        }

        public void begun() {
            begun.inc();
        }

        public void ended(Status status) {
            if (status.isOk()) {
                succeeded.inc();
            } else {
                handled.labelValues(labels[0], labels[1], labels[2], codeName(status.getCode()))
                        .inc();
            }
        }
    }

    private static String type(MethodDescriptor.MethodType type) {
        return switch (type) {
            case UNARY -> "unary";
            case CLIENT_STREAMING -> "client_stream";
            case SERVER_STREAMING -> "server_stream";
            case BIDI_STREAMING -> "bidi_stream";
            case UNKNOWN -> "unknown";
        };
    }

    /** As grpc-go spells it: NotFound for NOT_FOUND. */
    static String codeName(Status.Code code) {
        if (code == Status.Code.CANCELLED) {
            return "Canceled";
        }
        StringBuilder name = new StringBuilder();
        for (String word : code.name().split("_", -1)) {
            name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return name.toString();
    }
}
