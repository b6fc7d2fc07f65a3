package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.ResponseHeader;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.TxnResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A member that fails as it is told: each failure is taken off the list for one call, and then it answers well. */
final class FakeMember implements AutoCloseable {
    /** What happens to a call: whether the write is done, and what is answered; no status: nothing, ever. */
    record Fault(boolean applied, @Nullable Status answer) {
        static Fault before(Status status) {
            return new Fault(false, status);
        }

        static Fault afterApplying(Status status) {
            return new Fault(true, status);
        }

        static Fault silenceAfterApplying() {
            return new Fault(true, null);
        }
    }

    final AtomicInteger calls = new AtomicInteger();
    final AtomicInteger applied = new AtomicInteger();
    /** Those of them that probes are not: reads of a key that is not one zero byte. */
    final AtomicInteger reads = new AtomicInteger();

    final AtomicInteger probes = new AtomicInteger();
    /** Bytes of each put, in the order in which they came. */
    final List<Integer> putBytes = new CopyOnWriteArrayList<>();

    private final AtomicInteger underWay = new AtomicInteger();
    final AtomicInteger highestConcurrency = new AtomicInteger();

    volatile long delayMillis;
    volatile ResponseHeader header = ResponseHeader.getDefaultInstance();
    private final ScheduledExecutorService late = Executors.newSingleThreadScheduledExecutor();
    private static final ByteString PROBED = ByteString.copyFrom(new byte[1]);
    private final Deque<Fault> faults = new ArrayDeque<>();
    private final Server server;

    FakeMember() {
        this(0);
    }

    FakeMember(int port) {
        try {
            server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                    // One connection's calls come in the order in which they were sent; nothing here waits.
                    .directExecutor()
                    .addService(service())
                    .build()
                    .start();
        } catch (IOException noPort) {
            throw new IllegalStateException(noPort);
        }
    }

    synchronized void next(Fault... faults) {
        this.faults.addAll(List.of(faults));
    }

    private synchronized @Nullable Fault take() {
        return faults.poll();
    }

    KVGrpc.KVImplBase service() {
        return new Kv();
    }

    String endpoint() {
        return "127.0.0.1:" + server.getPort();
    }

    @Override
    public void close() {
        server.shutdownNow();
        late.shutdownNow();
        try {
            server.awaitTermination();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Kv extends KVGrpc.KVImplBase {
        @Override
        public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
            RangeResponse good =
                    RangeResponse.newBuilder().setHeader(header).setCount(1).build();
            if (request.getKey().equals(PROBED)) {
                probes.incrementAndGet();
                late.schedule(() -> answerWell(observer, good), delayMillis, TimeUnit.MILLISECONDS);
                return;
            }
            reads.incrementAndGet();
            answer(false, observer, good);
        }

        @Override
        public void put(PutRequest request, StreamObserver<PutResponse> observer) {
            putBytes.add(request.getValue().size());
            answer(true, observer, PutResponse.getDefaultInstance());
        }

        @Override
        public void txn(TxnRequest request, StreamObserver<TxnResponse> observer) {
            answer(Txn.mayWrite(request), observer, TxnResponse.getDefaultInstance());
        }

        private <A> void answerWell(StreamObserver<A> observer, A good) {
            observer.onNext(good);
            observer.onCompleted();
        }

        private <A> void answer(boolean write, StreamObserver<A> observer, A good) {
            calls.incrementAndGet();
            Fault fault = take();
            if (write && (fault == null || fault.applied())) {
                applied.incrementAndGet();
            }
            if (fault == null) {
                highestConcurrency.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                late.schedule(
                        () -> {
                            underWay.decrementAndGet();
                            answerWell(observer, good);
                        },
                        delayMillis,
                        TimeUnit.MILLISECONDS);
            } else if (fault.answer() != null) {
                observer.onError(fault.answer().asRuntimeException());
            }
        }
    }
}
