package io.lockstep.node.rpc.auth;

import com.google.protobuf.ByteString;
import io.lockstep.node.auth.Asker;
import io.lockstep.node.auth.AuthEvent;
import io.lockstep.node.auth.Permissions;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that say nothing: each member knows whose they are, since a log-in goes through the log. Kept in memory only, by
 * their hash, and forgotten when they were not shown to this member for a while, when the user's password changes or the
 * user is deleted, and when this member starts anew. Event loops ask while the apply thread adds, hence synchronized.
 */
public final class SimpleTokens implements Tokens {
    /** Beyond that the one that was not shown for the longest time goes: its client logs in again. */
    static final int MAX_TOKENS = 100_000;

    private static final int LETTERS = 24;
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private final SecureRandom random = new SecureRandom();
    private final long idleNanos;
    private final LongSupplier nanoTime;
    /** Under lock: by hash, the one that was shown last at the end. */
    private final Map<ByteString, Known> byHash = new LinkedHashMap<>(16, 0.75f, true);

    private static final class Known {
        private final String user;
        private long shownNanos;

        Known(String user, long shownNanos) {
            this.user = user;
            this.shownNanos = shownNanos;
        }
    }

    /** @param hash what the log gets to see of it */
    public record NewToken(String text, ByteString hash) {
        @Override
        public String toString() {
            return "NewToken";
        }
    }

    public SimpleTokens(Duration idle, LongSupplier nanoTime) {
        this.idleNanos = idle.toNanos();
        this.nanoTime = nanoTime;
    }

    /** A token that nobody has yet, in the form of etcd's. */
    public NewToken draw() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < LETTERS; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        text.append('.').append(random.nextInt(1_000_000));
        return new NewToken(text.toString(), hash(text.toString()));
    }

    private static ByteString hash(String token) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return ByteString.copyFrom(digest.digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("a JDK without SHA-256", e);
        }
    }

    @Override
    public @Nullable Asker asker(String token, Permissions now) {
        ByteString hash = hash(token);
        synchronized (byHash) {
            Known known = byHash.get(hash);
            long nowNanos = nanoTime.getAsLong();
            if (known == null || nowNanos - known.shownNanos > idleNanos) {
                return null;
            }
            known.shownNanos = nowNanos;
            return new Asker(known.user, now.revision());
        }
    }

    @Override
    public void onEvent(AuthEvent event) {
        synchronized (byHash) {
            if (event instanceof AuthEvent.LoggedIn in) {
                dropIdle();
                byHash.put(in.tokenHash(), new Known(in.user(), nanoTime.getAsLong()));
            } else if (event instanceof AuthEvent.UserEnded ended) {
                byHash.values().removeIf(known -> known.user.equals(ended.user()));
            } else {
                byHash.clear();
            }
        }
    }

    private void dropIdle() {
        long nowNanos = nanoTime.getAsLong();
        Iterator<Known> oldest = byHash.values().iterator();
        while (oldest.hasNext()) {
            Known known = oldest.next();
            if (nowNanos - known.shownNanos <= idleNanos && byHash.size() < MAX_TOKENS) {
                return;
            }
            oldest.remove();
        }
    }

    int size() {
        synchronized (byHash) {
            return byHash.size();
        }
    }
}
