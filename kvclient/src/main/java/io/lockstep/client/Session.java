package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.api.DeleteRangeResponse;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.ResponseHeader;
import io.lockstep.api.TxnResponse;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * Calls of one user that belong together: each read sees the session's own writes and never less than a read before it,
 * whichever member answers, without asking the leader. A member that is behind makes the read wait until it has caught up.
 *
 * <p>The session remembers the highest revision that it has seen, and of which cluster. One that was restored from a backup
 * is another cluster, with revisions of its own: the session notices and begins anew there. Thread safe.
 *
 * <pre>{@code
 * Session session = client.session();
 * session.put(key, value).join();
 * session.get(key).join();   // sees the value on any member
 * }</pre>
 */
public final class Session {
    private final KvClient client;
    private final AtomicReference<Token> seen = new AtomicReference<>(Token.NONE);

    /**
     * What a session has seen: to hand over to another process, or to another session.
     *
     * @param clusterId 0: nothing was seen yet
     */
    public record Token(long clusterId, long revision) {
        static final Token NONE = new Token(0, 0);

        /**
         * What {@link #toString} gave.
         *
         * @throws IllegalArgumentException with one line if it is something else
         */
        public static Token parse(String text) {
            int colon = text.indexOf(':');
            try {
                long revision = Long.parseLong(text.substring(colon + 1));
                if (colon > 0 && revision >= 0) {
                    return new Token(Long.parseUnsignedLong(text.substring(0, colon), 16), revision);
                }
            } catch (NumberFormatException notANumber) {
                // Said below.
            }
            throw new IllegalArgumentException("\"" + text + "\" is no session token: one looks like cafe:42");
        }

        /** The cluster's id in hexadecimal and the revision, {@code cafe:42}: to hand over, in a cookie or a header. */
        @Override
        public String toString() {
            return Long.toHexString(clusterId) + ":" + revision;
        }

        private Token and(ResponseHeader header) {
            boolean same = clusterId == header.getClusterId();
            return same && revision >= header.getRevision()
                    ? this
                    : new Token(header.getClusterId(), header.getRevision());
        }
    }

    Session(KvClient client) {
        this.client = client;
    }

    /** What this session has seen so far. */
    public Token token() {
        return Objects.requireNonNull(seen.get());
    }

    /** From here on, reads see what the other session had seen, too. */
    public void follow(Token other) {
        seen.accumulateAndGet(other, (mine, theirs) -> {
            boolean same = mine.clusterId() == theirs.clusterId() && mine.revision() >= theirs.revision();
            return same || theirs.revision() == 0 ? mine : theirs;
        });
    }

    /** A read of one key, on the nearest member, of what this session has seen or newer. */
    public CompletableFuture<RangeResponse> get(ByteString key) {
        return get(key, GetOptions.DEFAULT);
    }

    /** The consistency in the options is met besides; where it is the default, the session's is enough. */
    public CompletableFuture<RangeResponse> get(ByteString key, GetOptions options) {
        return range(options.toRequest(key), true);
    }

    private CompletableFuture<RangeResponse> range(RangeRequest request, boolean again) {
        Token now = token();
        RangeRequest.Builder bound = request.toBuilder();
        if (now.revision() > 0) {
            bound.setMinRevision(Math.max(request.getMinRevision(), now.revision()));
        }
        CompletableFuture<RangeResponse> answer =
                client.range(bound.build()).thenApply(noted(RangeResponse::getHeader));
        return again ? answer.exceptionallyCompose(failure -> afterRestore(request, now, failure)) : answer;
    }

    /** A revision that the cluster has not reached: either it is another cluster by now, or it has lost data. */
    private CompletableFuture<RangeResponse> afterRestore(RangeRequest request, Token bound, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        boolean ahead = cause instanceof DefiniteFailure refused
                && String.valueOf(refused.getMessage()).contains("required revision is a future revision");
        if (!ahead || bound.revision() == 0) {
            return CompletableFuture.failedFuture(failure);
        }
        RangeRequest count = RangeRequest.newBuilder()
                .setKey(request.getKey())
                .setCountOnly(true)
                .build();
        return client.range(count).thenCompose(asked -> {
            if (asked.getHeader().getClusterId() == bound.clusterId()) {
                return CompletableFuture.failedFuture(failure);
            }
            note(asked.getHeader());
            return range(request, false);
        });
    }

    /** Writes the key. */
    public CompletableFuture<PutResponse> put(ByteString key, ByteString value) {
        return put(key, value, PutOptions.DEFAULT);
    }

    /** @throws IllegalArgumentException if the write is to be acknowledged as {@link Ack#ACCEPTED}, as it may be lost */
    public CompletableFuture<PutResponse> put(ByteString key, ByteString value, PutOptions options) {
        PutRequest request = options.toRequest(key, value);
        if (request.getAck() == io.lockstep.api.Ack.ACK_ACCEPTED) {
            throw new IllegalArgumentException(
                    "a session reads its own writes, and Ack.ACCEPTED may lose them: use QUORUM or ALL");
        }
        return client.put(request).thenApply(noted(PutResponse::getHeader));
    }

    /** Deletes all keys of the range. */
    public CompletableFuture<DeleteRangeResponse> delete(KeyRange range) {
        return client.delete(range).thenApply(noted(DeleteRangeResponse::getHeader));
    }

    /** Runs the transaction. */
    public CompletableFuture<TxnResponse> commit(Txn txn) {
        return client.commit(txn).thenApply(noted(TxnResponse::getHeader));
    }

    private <A> Function<A, A> noted(Function<A, ResponseHeader> header) {
        return answer -> {
            note(header.apply(answer));
            return answer;
        };
    }

    private void note(ResponseHeader header) {
        seen.updateAndGet(token -> token.and(header));
    }
}
