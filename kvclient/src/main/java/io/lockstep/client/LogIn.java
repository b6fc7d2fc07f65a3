package io.lockstep.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.lockstep.api.AuthGrpc;
import io.lockstep.api.AuthenticateRequest;
import io.lockstep.api.AuthenticateResponse;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The user of a client: the password, and the token that the servers gave for it. A call that finds no token gets one
 * first, one call for all that wait; a token that is refused is dropped, and the next attempt gets another. Any thread,
 * hence the lock.
 */
final class LogIn implements ClientInterceptor {
    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    /** What a server says of a token that was good once, or of none where auth has been turned on since. */
    private static final Set<String> TOKEN_IS_OVER = Set.of(
            "etcdserver: invalid auth token",
            "etcdserver: revision of auth store is old",
            "etcdserver: user name is empty");

    private static final String AUTH_IS_OFF = "etcdserver: authentication is not enabled";

    private final String user;
    private final String password;
    /** Under lock, both. Null: none is known; empty: auth is off and nothing is needed. */
    private @Nullable String token;

    private @Nullable CompletableFuture<Status> underWay;

    LogIn(String user, String password) {
        this.user = user;
        this.password = password;
    }

    synchronized @Nullable String token() {
        return token;
    }

    /** What a call with this token carries. */
    static Metadata metadata(@Nullable String token) {
        Metadata metadata = new Metadata();
        if (token != null && !token.isEmpty()) {
            metadata.put(TOKEN, token);
        }
        return metadata;
    }

    /** Streams carry the token that is known as they begin ({@link Channels#whenLoggedIn}); calls bring the one that they will judge a refusal by. */
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(ClientCall.Listener<A> listener, Metadata headers) {
                String known = token();
                if (!method.getFullMethodName()
                                .equals(AuthGrpc.getAuthenticateMethod().getFullMethodName())
                        && !headers.containsKey(TOKEN)
                        && known != null
                        && !known.isEmpty()) {
                    headers.put(TOKEN, known);
                }
                super.start(listener, headers);
            }
        };
    }

    /** Whether an attempt failed because its token is not good any more, and nothing else is wrong. */
    static boolean isOver(Failure failure) {
        return TOKEN_IS_OVER.contains(failure.text());
    }

    /** The same, of the reason for which a stream or a watch was ended; if so, what comes next gets another token. */
    boolean dropIfOver(@Nullable String reason) {
        boolean over = reason != null && TOKEN_IS_OVER.stream().anyMatch(reason::contains);
        if (over) {
            drop(token());
        }
        return over;
    }

    /** This token is not good any more; another may be known already. */
    synchronized void drop(@Nullable String used) {
        if (used != null && used.equals(token)) {
            token = null;
        }
    }

    /** Gets a token over the channel. Completes with how that went, never exceptionally; OK also where auth is off. */
    CompletableFuture<Status> obtain(Channel channel, long timeoutNanos) {
        CompletableFuture<Status> mine = new CompletableFuture<>();
        synchronized (this) {
            if (token != null) {
                return CompletableFuture.completedFuture(Status.OK);
            }
            if (underWay != null) {
                return underWay;
            }
            underWay = mine;
        }
        ClientCall<AuthenticateRequest, AuthenticateResponse> call = channel.newCall(
                AuthGrpc.getAuthenticateMethod(),
                CallOptions.DEFAULT.withDeadlineAfter(timeoutNanos, TimeUnit.NANOSECONDS));
        call.start(new Listener(mine), new Metadata());
        call.request(2);
        call.sendMessage(AuthenticateRequest.newBuilder()
                .setName(user)
                .setPassword(password)
                .build());
        call.halfClose();
        return mine;
    }

    private final class Listener extends ClientCall.Listener<AuthenticateResponse> {
        private final CompletableFuture<Status> done;
        private String given = "";

        Listener(CompletableFuture<Status> done) {
            this.done = done;
        }

        @Override
        public void onMessage(AuthenticateResponse message) {
            given = message.getToken();
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            boolean good = status.isOk() || AUTH_IS_OFF.equals(status.getDescription());
            synchronized (LogIn.this) {
                underWay = null;
                if (good) {
                    token = given;
                }
            }
            done.complete(good ? Status.OK : status);
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "LogIn[" + user + "]";
    }
}
