package io.lockstep.client;

import io.grpc.Status;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One failed attempt, judged. The whole risk of a client is in here: a write that is repeated after it has happened is a
 * lost update for somebody else, so a failure counts as definite only for a reason that is listed.
 *
 * <ul>
 *   <li>The attempt was never handed to a connection: the request cannot have left.
 *   <li>The text is one that is only ever sent before the write is proposed ({@link #BEFORE_PROPOSING}).
 *   <li>The code is one of a refusal: a malformed or forbidden request, or one refused at apply with nothing changed.
 * </ul>
 *
 * <p>Unknown on purpose: every other Unavailable (time-outs, leader changes, a server that stops, a lost connection), and
 * "database space exceeded", since etcd answers that also for the very put that crossed the quota, which it has applied.
 * "leader changed" is unknown for writes even though etcd sends it for reads only: that is no promise.
 */
record Failure(
        Status.Code code,
        String text,
        Effect effect,
        Retry retry,
        Evidence evidence,
        @Nullable Throwable cause) {
    enum Effect {
        DEFINITE,
        UNKNOWN
    }

    enum Retry {
        NEVER,
        /** The endpoint is at fault: another may do at once. */
        NEXT_ENDPOINT,
        /** The cluster or this node is not ready: give it time, then ask the next. */
        AFTER_BACKOFF
    }

    /** Whose word a failure is, the less telling first: of several attempts the most telling one is shown. */
    enum Evidence {
        /** Nobody was reached. */
        NO_CONNECTION,
        /** Somebody was, but no answer came. */
        NO_ANSWER,
        SERVER
    }

    private static final Set<String> BEFORE_PROPOSING = Set.of(
            "etcdserver: no leader", "etcdserver: too many requests", "etcdserver: rpc not supported for learner");

    static final String LEARNER = "etcdserver: rpc not supported for learner";
    static final String TOO_MANY_REQUESTS = "etcdserver: too many requests";

    /** @param handedOver whether the attempt was given to a live connection, from where on it may have been sent */
    static Failure of(Status status, boolean write, boolean handedOver) {
        String text = textOf(status);
        boolean definite = !write || !handedOver || isRefusal(status, text);
        Retry retry = definite ? retryOf(status, text, handedOver) : Retry.NEVER;
        return new Failure(
                status.getCode(),
                text,
                definite ? Effect.DEFINITE : Effect.UNKNOWN,
                retry,
                evidenceOf(status, text, handedOver),
                status.getCause());
    }

    /** What grpc makes up itself has one of these codes, but a server's own text with them begins with its name. */
    private static Evidence evidenceOf(Status status, String text, boolean handedOver) {
        if (!handedOver) {
            return Evidence.NO_CONNECTION;
        }
        return switch (status.getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, INTERNAL, UNKNOWN ->
                isServersOwn(text) ? Evidence.SERVER : Evidence.NO_ANSWER;
            case OK,
                    INVALID_ARGUMENT,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    PERMISSION_DENIED,
                    RESOURCE_EXHAUSTED,
                    FAILED_PRECONDITION,
                    ABORTED,
                    OUT_OF_RANGE,
                    UNIMPLEMENTED,
                    DATA_LOSS,
                    UNAUTHENTICATED -> Evidence.SERVER;
        };
    }

    private static boolean isServersOwn(String text) {
        return text.startsWith("etcdserver: ") || text.startsWith("lockstep: ");
    }

    private static boolean isRefusal(Status status, String text) {
        if (BEFORE_PROPOSING.contains(text)) {
            return true;
        }
        return switch (status.getCode()) {
            case INVALID_ARGUMENT,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    PERMISSION_DENIED,
                    UNAUTHENTICATED,
                    FAILED_PRECONDITION,
                    OUT_OF_RANGE,
                    UNIMPLEMENTED -> true;
            // The two limits that a server checks on the request. The limit on answers ("trying to send message larger
            // than max") strikes after the write.
            case RESOURCE_EXHAUSTED ->
                text.startsWith("grpc: received message larger than max")
                        || text.startsWith("gRPC message exceeds maximum size");
            case DATA_LOSS -> text.equals("etcdserver: corrupt cluster");
            case OK, CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, ABORTED, INTERNAL, UNAVAILABLE -> false;
        };
    }

    private static Retry retryOf(Status status, String text, boolean handedOver) {
        if (text.equals(LEARNER)) {
            return Retry.NEXT_ENDPOINT;
        }
        if (text.equals(TOO_MANY_REQUESTS)) {
            return Retry.AFTER_BACKOFF;
        }
        return switch (status.getCode()) {
            case UNAVAILABLE -> text.startsWith("etcdserver: ") ? Retry.AFTER_BACKOFF : Retry.NEXT_ENDPOINT;
            // Of one attempt, which has a shorter deadline than the call; the caller of this sees what time is left.
            case DEADLINE_EXCEEDED -> Retry.NEXT_ENDPOINT;
            // A broken connection shows as Internal when it breaks inside a frame, a server that goes down may cancel
            // what it has. Only reads come here with these.
            case INTERNAL, CANCELLED -> handedOver ? Retry.NEXT_ENDPOINT : Retry.NEVER;
            case OK,
                    UNKNOWN,
                    INVALID_ARGUMENT,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    PERMISSION_DENIED,
                    RESOURCE_EXHAUSTED,
                    FAILED_PRECONDITION,
                    ABORTED,
                    OUT_OF_RANGE,
                    UNIMPLEMENTED,
                    DATA_LOSS,
                    UNAUTHENTICATED -> Retry.NEVER;
        };
    }

    /** One line for a person: the server's text, or what is known of the connection's trouble. */
    private static String textOf(Status status) {
        String text = status.getDescription();
        String cause = rootMessage(status.getCause());
        if (text == null || text.isEmpty()) {
            return cause.isEmpty() ? status.getCode().toString() : cause;
        }
        if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
            return "no answer within the deadline";
        }
        // grpc appends its channel pipeline on further lines.
        int lineEnd = text.indexOf('\n');
        String line = lineEnd < 0 ? text : text.substring(0, lineEnd);
        if (cause.isEmpty() || isServersOwn(text)) {
            return line;
        }
        return line.equals("io exception") ? cause : line + ": " + cause;
    }

    private static String rootMessage(@Nullable Throwable cause) {
        Throwable last = cause;
        for (int depth = 0; last != null && last.getCause() != null && depth < 10; depth++) {
            last = last.getCause();
        }
        if (last == null) {
            return "";
        }
        String message = last.getMessage();
        return message == null ? last.getClass().getSimpleName() : message;
    }

    ClientException toException(ClientException.Attempts made) {
        return switch (effect) {
            case DEFINITE -> new DefiniteFailure(this, made);
            case UNKNOWN -> new UnknownOutcome(this, made);
        };
    }
}
