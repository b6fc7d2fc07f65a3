package io.lockstep.bench.lease;

import io.grpc.stub.StreamObserver;
import io.lockstep.api.LeaseGrpc.LeaseStub;
import io.lockstep.api.LeaseKeepAliveRequest;
import io.lockstep.api.LeaseKeepAliveResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/** The renewals that go to one endpoint. The clock's thread sends, an event loop hears. */
final class KeepAliveStream {
    private final LeaseStub stub;
    private final long firstId;
    private final AtomicLongArray aliveSince;
    /** When the renewal was sent that is not answered yet, by number; guarded by this, as the stream is. */
    private final Map<Integer, Long> sent = new HashMap<>();

    private @Nullable StreamObserver<LeaseKeepAliveRequest> stream;
    private boolean over;
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong gone = new AtomicLong();
    private final AtomicLong late = new AtomicLong();
    private final AtomicLong broken = new AtomicLong();

    KeepAliveStream(LeaseStub stub, long firstId, AtomicLongArray aliveSince) {
        this.stub = stub;
        this.firstId = firstId;
        this.aliveSince = aliveSince;
    }

    synchronized void renew(int number) {
        if (over) {
            return;
        }
        if (sent.containsKey(number)) {
            late.incrementAndGet();
            return;
        }
        StreamObserver<LeaseKeepAliveRequest> open = stream;
        if (open == null) {
            open = stub.leaseKeepAlive(new Answers());
            stream = open;
        }
        sent.put(number, System.nanoTime());
        open.onNext(LeaseKeepAliveRequest.newBuilder().setID(firstId + number).build());
    }

    /** What is under way is still heard of. */
    synchronized void end() {
        over = true;
        if (stream != null) {
            stream.onCompleted();
            stream = null;
        }
    }

    private final class Answers implements StreamObserver<LeaseKeepAliveResponse> {
        @Override
        public void onNext(LeaseKeepAliveResponse answer) {
            int number = (int) (answer.getID() - firstId);
            Long since;
            synchronized (KeepAliveStream.this) {
                since = sent.remove(number);
            }
            if (answer.getTTL() <= 0) {
                gone.incrementAndGet();
            } else if (since != null) {
                aliveSince.set(number, since);
                answered.incrementAndGet();
            }
        }

        @Override
        public void onError(Throwable error) {
            synchronized (KeepAliveStream.this) {
                if (!over) {
                    broken.incrementAndGet();
                    stream = null;
                    sent.clear();
                }
            }
        }

        @Override
        public void onCompleted() {
            onError(new IllegalStateException("ended by the server"));
        }
    }

    long answered() {
        return answered.get();
    }

    long gone() {
        return gone.get();
    }

    long late() {
        return late.get();
    }

    long broken() {
        return broken.get();
    }
}
