package io.lockstep.node.rpc.auth;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import com.google.protobuf.ByteString;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hashes passwords with bcrypt and compares them. That is slow on purpose (cost 10: some 60 ms), so it has few threads of
 * low priority and a short queue of its own: whoever sends log-ins can keep others from logging in, and nothing else.
 */
public final class Passwords implements AutoCloseable {
    /** What bcrypt takes. */
    public static final int MAX_BYTES = 72;

    /** Beyond that a log-in is refused as too many requests. */
    static final int MAX_WAITING = 64;

    private static final BCrypt.Version VERSION = BCrypt.Version.VERSION_2A;

    private final int cost;
    private final ThreadPoolExecutor threads;
    /** Of a password that nobody knows: an unknown user takes as long to refuse as a known one. */
    private final byte[] nobodysHash;

    /** @param cost 4 to 31: each step doubles the work */
    public Passwords(int cost) {
        this.cost = cost;
        int count = Math.max(1, Runtime.getRuntime().availableProcessors() / 4);
        threads = new ThreadPoolExecutor(
                count, count, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), task -> {
                    Thread thread = new Thread(task, "lockstep-passwords");
                    thread.setDaemon(true);
                    thread.setPriority(Thread.MIN_PRIORITY);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        byte[] unguessable = new byte[32];
        new SecureRandom().nextBytes(unguessable);
        // A cheap hash of the right form: only its cost is replaced, which is all that its comparison takes.
        nobodysHash = BCrypt.with(VERSION).hash(4, unguessable);
        byte[] digits = (cost < 10 ? "0" + cost : "" + cost).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, nobodysHash, 4, 2);
    }

    /**
     * Fails with PASSWORD_TOO_LONG, TOO_MANY_REQUESTS or TIMEOUT.
     *
     * @param deadlineNanos on the clock of {@link System#nanoTime}: later the work is not begun
     */
    public CompletableFuture<String> hash(String password, long deadlineNanos) {
        byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_BYTES) {
            return CompletableFuture.failedFuture(new KvException.Rejected(KvError.PASSWORD_TOO_LONG));
        }
        return onThreads(
                () -> new String(
                        BCrypt.with(VERSION, new SecureRandom(), LongPasswordStrategies.none())
                                .hash(cost, bytes),
                        StandardCharsets.US_ASCII),
                deadlineNanos);
    }

    /**
     * Whether this is the password of the hash. Fails with TOO_MANY_REQUESTS or TIMEOUT.
     *
     * @param hash null: there is none, so no password is right
     */
    public CompletableFuture<Boolean> matches(String password, @Nullable ByteString hash, long deadlineNanos) {
        byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
        byte[] compared = hash == null ? nobodysHash : hash.toByteArray();
        return onThreads(
                () -> BCrypt.verifyer(VERSION, LongPasswordStrategies.none()).verify(bytes, compared).verified
                        && hash != null
                        && bytes.length <= MAX_BYTES,
                deadlineNanos);
    }

    private <T> CompletableFuture<T> onThreads(Supplier<T> work, long deadlineNanos) {
        CompletableFuture<T> done = new CompletableFuture<>();
        Runnable task = () -> {
            if (done.isDone()) {
                return; // The caller is gone.
            }
            if (System.nanoTime() - deadlineNanos >= 0) {
                done.completeExceptionally(new KvException.Failed(KvError.TIMEOUT));
                return;
            }
            try {
                done.complete(work.get());
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        };
        try {
            threads.execute(task);
        } catch (RejectedExecutionException full) {
            done.completeExceptionally(new KvException.Failed(KvError.TOO_MANY_REQUESTS));
        }
        return done;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
