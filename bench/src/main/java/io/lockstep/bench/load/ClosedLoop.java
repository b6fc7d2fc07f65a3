package io.lockstep.bench.load;

import com.google.protobuf.Message;
import io.grpc.Status;
import io.lockstep.api.TxnResponse;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Each client has one call outstanding and begins the next one when it completes. */
final class ClosedLoop implements Loop {
    /** A client whose call failed waits so long: a server that refuses everything must not be answered with a storm. */
    private static final long PAUSE_AFTER_ERROR_MILLIS = 10;

    private static final long STOP_TIMEOUT_SECONDS = 30;

    private final Connections connections;
    private final List<OperationSource> sources;
    private final CountDownLatch running;
    private final ScheduledExecutorService pauses =
            Executors.newSingleThreadScheduledExecutor(task -> daemon("bench-pause", task));

    /** Written by the caller's thread, read by the event loops. */
    private volatile Window window = new Window();

    private volatile boolean stopping;

    ClosedLoop(Connections connections, List<OperationSource> sources) {
        this.connections = connections;
        this.sources = sources;
        this.running = new CountDownLatch(sources.size());
    }

    static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void start() {
        for (OperationSource source : sources) {
            next(source);
        }
    }

    @Override
    public void recordInto(Window next) {
        window = next;
    }

    private void next(OperationSource source) {
        if (stopping) {
            running.countDown();
            return;
        }
        Operation operation = source.next();
        Window begunIn = window;
        long begin = System.nanoTime();
        connections.start(operation, (response, status) -> {
            begunIn.record(System.nanoTime() - begin, status);
            completed(source, operation, response, status);
        });
    }

    private void completed(OperationSource source, Operation operation, @Nullable Message response, Status status) {
        if (status.isOk()) {
            learn(source, operation, response);
            next(source);
        } else if (stopping) {
            running.countDown();
        } else {
            // Never from here: a call that fails at once completes on this stack, and would begin the next one on it.
            var unused = pauses.schedule(() -> next(source), PAUSE_AFTER_ERROR_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    static void learn(OperationSource source, Operation operation, @Nullable Message response) {
        if (operation instanceof Operation.Cas cas && response instanceof TxnResponse txn) {
            source.known().learn(cas.key(), txn);
        }
    }

    @Override
    public void stop() throws InterruptedException {
        stopping = true;
        running.await(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        pauses.shutdownNow();
    }
}
