package io.lockstep.jepsen.participant;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.LeaseGrantRequest;
import io.lockstep.api.LeaseGrantResponse;
import io.lockstep.api.LeaseGrpc;
import io.lockstep.api.LeaseKeepAliveRequest;
import io.lockstep.api.LeaseKeepAliveResponse;
import io.lockstep.api.LeaseRevokeRequest;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;
import io.lockstep.jepsen.cluster.Pause;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Takes one lease after the other, each with two keys: keeps it alive for a while, by any member, then revokes it or leaves
 * it to expire, and tries to renew it once more when it is gone. One thread.
 */
final class LeaseHolder implements Runnable {
    private static final long TTL_SECONDS = 3;
    private static final long DEADLINE_MILLIS = 1_500;
    private static final int RENEW_MILLIS = 700;
    private static final int MAX_RENEWALS = 8;
    private static final int GONE_WITHIN_MILLIS = 12_000;
    private static final int RETRY_MILLIS = 200;

    private final String prefix;
    private final List<Channel> members;
    private final Predicate<String> isGone;
    private final BooleanSupplier goOn;
    private final SplittableRandom random;
    private final List<LeaseLife> lives = new ArrayList<>(); // this thread, then who joined it

    /** @param isGone whether a deletion of the key was seen */
    LeaseHolder(
            String prefix,
            List<Channel> members,
            Predicate<String> isGone,
            BooleanSupplier goOn,
            SplittableRandom random) {
        this.prefix = prefix;
        this.members = List.copyOf(members);
        this.isGone = isGone;
        this.goOn = goOn;
        this.random = random;
    }

    List<LeaseLife> lives() {
        return lives;
    }

    private Channel anyMember() {
        return members.get(random.nextInt(members.size()));
    }

    @Override
    public void run() {
        while (goOn.getAsBoolean()) {
            try {
                live();
            } catch (StatusRuntimeException e) {
                // It could not be granted: nobody needs to know of it.
                Pause.millis(RETRY_MILLIS);
            }
        }
    }

    private void live() {
        long sentNanos = System.nanoTime();
        LeaseGrantResponse granted = LeaseGrpc.newBlockingStub(anyMember())
                .withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(TTL_SECONDS).build());
        List<LeaseLife.Renewal> renewals = new ArrayList<>();
        renewals.add(new LeaseLife.Renewal(sentNanos, System.nanoTime(), granted.getTTL()));
        long id = granted.getID();
        List<String> keys = List.of(prefix + Long.toHexString(id) + "/a", prefix + Long.toHexString(id) + "/b");
        boolean attached = put(keys, id);
        for (int left = random.nextInt(MAX_RENEWALS); left > 0 && goOn.getAsBoolean(); left--) {
            Pause.millis(RENEW_MILLIS);
            renew(id).ifPresent(renewals::add);
        }
        Long revokeSentNanos = random.nextInt(4) == 0 ? revoke(id) : null;
        for (int waited = 0; waited < GONE_WITHIN_MILLIS && !isGone.test(keys.get(0)) && goOn.getAsBoolean(); ) {
            Pause.millis(RETRY_MILLIS);
            waited += RETRY_MILLIS;
        }
        if (isGone.test(keys.get(0))) {
            renew(id).ifPresent(renewals::add);
        }
        lives.add(new LeaseLife(id, keys, attached, renewals, revokeSentNanos));
    }

    private boolean put(List<String> keys, long lease) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (String key : keys) {
            txn.addSuccess(RequestOp.newBuilder()
                    .setRequestPut(PutRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8(key))
                            .setLease(lease)));
        }
        try {
            KVGrpc.newBlockingStub(anyMember())
                    .withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
                    .txn(txn.build());
            return true;
        } catch (StatusRuntimeException e) {
            return false;
        }
    }

    /** When it was sent; it may have been carried out whatever came of it. */
    private Long revoke(long lease) {
        long sentNanos = System.nanoTime();
        try {
            LeaseGrpc.newBlockingStub(anyMember())
                    .withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
                    .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
        } catch (StatusRuntimeException e) {
            // Then it expires.
        }
        return sentNanos;
    }

    /** Empty if there was no answer in time. */
    private Optional<LeaseLife.Renewal> renew(long lease) {
        CompletableFuture<Long> ttl = new CompletableFuture<>();
        long sentNanos = System.nanoTime();
        Context.CancellableContext call = Context.current().withCancellation();
        call.run(() -> {
            StreamObserver<LeaseKeepAliveRequest> requests =
                    LeaseGrpc.newStub(anyMember()).leaseKeepAlive(new FirstAnswer(ttl));
            requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
        });
        try {
            long seconds = ttl.get(DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
            return Optional.of(new LeaseLife.Renewal(sentNanos, System.nanoTime(), seconds));
        } catch (ExecutionException | TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            call.cancel(null);
        }
    }

    private record FirstAnswer(CompletableFuture<Long> ttl) implements StreamObserver<LeaseKeepAliveResponse> {
        @Override
        public void onNext(LeaseKeepAliveResponse answer) {
            ttl.complete(answer.getTTL());
        }

        @Override
        public void onError(@Nullable Throwable failure) {
            ttl.completeExceptionally(
                    failure != null ? failure : new IllegalStateException("the stream ended without a reason"));
        }

        @Override
        public void onCompleted() {
            ttl.completeExceptionally(new IllegalStateException("the stream ended without an answer"));
        }
    }
}
