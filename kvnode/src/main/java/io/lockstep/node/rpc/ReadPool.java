package io.lockstep.node.rpc;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads of scans and of all that must not hold up an event loop. Full: refuses with a RejectedExecutionException. */
public final class ReadPool extends ThreadPoolExecutor {
    public ReadPool(RpcLimits limits) {
        super(
                limits.readThreads(),
                limits.readThreads(),
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(limits.maxWaitingReads()),
                named(),
                new AbortPolicy());
        allowCoreThreadTimeOut(true);
    }

    private static ThreadFactory named() {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "lockstep-read-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
