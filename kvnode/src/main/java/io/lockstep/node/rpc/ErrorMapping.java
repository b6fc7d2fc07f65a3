package io.lockstep.node.rpc;

import io.grpc.Status;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place that builds a gRPC status of a failure (invariant I13). */
public final class ErrorMapping {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorMapping.class);

    private static final Map<KvError, Status> STATUSES = new EnumMap<>(KvError.class);

    static {
        for (KvError error : KvError.values()) {
            STATUSES.put(error, Status.fromCodeValue(error.code().number()).withDescription(error.text()));
        }
    }

    private ErrorMapping() {}

    /**
     * What the client is told. What is not one of our errors is a bug: it is logged here, once, without the request.
     *
     * @param method the full name of the method, for the log
     */
    public static Status toStatus(Throwable failure, String method) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof KvException known) {
            Status status = known instanceof KvException.Rejected && isRecipe(method)
                    ? Status.UNKNOWN.withDescription(known.error().text())
                    : of(known.error());
            String text = String.valueOf(known.getMessage());
            return text.equals(status.getDescription()) ? status : status.withDescription(text);
        }
        if (cause instanceof CancellationException) {
            return of(KvError.CANCELLED);
        }
        LOG.error("{} failed unexpectedly", method, cause);
        return Status.INTERNAL.withDescription("lockstep: internal error, see this member's log");
    }

    /** Locks and elections: etcd's give no code to what is refused, and clients match the texts. */
    private static boolean isRecipe(String method) {
        return method.startsWith("v3lockpb.") || method.startsWith("v3electionpb.");
    }

    public static Status of(KvError error) {
        Status status = STATUSES.get(error);
        if (status == null) {
            throw new IllegalStateException("no status for " + error);
        }
        return status;
    }

    public static Status protocolViolation(String what) {
        return Status.INTERNAL.withDescription(what);
    }

    public static Status unreadable(String what) {
        return Status.INVALID_ARGUMENT.withDescription(what);
    }

    public static Status messageTooLarge(int bytes, int maxBytes) {
        return Status.RESOURCE_EXHAUSTED.withDescription(
                "grpc: received message larger than max (" + bytes + " vs. " + maxBytes + ")");
    }
}
