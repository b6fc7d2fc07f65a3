package io.lockstep.node.rpc;

import com.google.protobuf.ByteString;
import io.lockstep.api.Ack;
import io.lockstep.api.AuthenticateRequest;
import io.lockstep.api.AuthenticateResponse;
import io.lockstep.api.ResponseHeader;
import io.lockstep.api.auth.User;
import io.lockstep.node.auth.Permissions;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.rpc.auth.JwtTokens;
import io.lockstep.node.rpc.auth.LogIns;
import io.lockstep.node.rpc.auth.SimpleTokens;
import io.lockstep.node.rpc.auth.Tokens;
import io.lockstep.proto.log.Command;
import io.lockstep.proto.log.LogIn;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * A password for a token. The password is compared outside the log, by the users of a linearizable view; that the users are
 * still the same is checked where the log-in is applied, and if not, all begins anew.
 */
final class Authenticating {
    /** Users that change during each of so many comparisons are under attack, or a script's. */
    private static final int MAX_ATTEMPTS = 4;

    private final LogIns logIns;
    private final Reads reads;
    private final AckedWrites writes;

    Authenticating(LogIns logIns, Reads reads, AckedWrites writes) {
        this.logIns = logIns;
        this.reads = reads;
        this.writes = writes;
    }

    private record Known(Permissions now, ResponseHeader header) {}

    CompletableFuture<AuthenticateResponse> authenticate(AuthenticateRequest request, RpcCall call) {
        return attempt(request, call, 1);
    }

    private CompletableFuture<AuthenticateResponse> attempt(AuthenticateRequest request, RpcCall call, int number) {
        return reads.linearizable(call, Reads.Cost.POINT, (view, header) -> new Known(view.permissions(), header))
                .thenCompose(
                        known -> checked(request, known.now(), call).thenCompose(right -> token(request, known, call)))
                .exceptionallyCompose(failure -> {
                    boolean again = number < MAX_ATTEMPTS && isOldRevision(failure);
                    return again
                            ? attempt(request, call, number + 1)
                            : CompletableFuture.<AuthenticateResponse>failedFuture(failure);
                });
    }

    private static boolean isOldRevision(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof KvException.Rejected rejected && rejected.error() == KvError.AUTH_OLD_REVISION;
    }

    /** One answer for whatever is wrong: who asks does not learn which users there are. */
    private CompletableFuture<Void> checked(AuthenticateRequest request, Permissions now, RpcCall call) {
        if (!now.enabled()) {
            throw new KvException.Rejected(KvError.AUTH_NOT_ENABLED);
        }
        User user = now.user(request.getName());
        CompletableFuture<Boolean> matches =
                logIns.passwords().matches(request.getPassword(), hash(user), call.deadlineNanos());
        call.follow(matches);
        return matches.thenAccept(right -> {
            if (!right) {
                throw new KvException.Rejected(KvError.AUTH_FAILED);
            }
        });
    }

    /** Null: no password is this user's. */
    private static @Nullable ByteString hash(@Nullable User user) {
        return user == null
                        || user.getOptions().getNoPassword()
                        || user.getPassword().isEmpty()
                ? null
                : user.getPassword();
    }

    private CompletableFuture<AuthenticateResponse> token(AuthenticateRequest request, Known known, RpcCall call) {
        Tokens tokens = logIns.tokens();
        if (tokens instanceof JwtTokens jwt) {
            return CompletableFuture.completedFuture(AuthenticateResponse.newBuilder()
                    .setHeader(known.header())
                    .setToken(jwt.issue(request.getName(), known.now().revision()))
                    .build());
        }
        SimpleTokens.NewToken token = ((SimpleTokens) tokens).draw();
        Command.Builder logIn = Command.newBuilder()
                .setAuthRevision(known.now().revision())
                .setLogIn(LogIn.newBuilder().setUser(request.getName()).setTokenHash(token.hash()));
        return writes.submit(logIn, Ack.ACK_QUORUM, call)
                .thenApply(done -> AuthenticateResponse.newBuilder()
                        .setHeader(done.header())
                        .setToken(token.text())
                        .build());
    }
}
