package io.lockstep.examples;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/** People who do something at the same time, each on a thread, until they are done or the time is up. */
final class Crowd {
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();

    /** What one of them does. */
    interface Person {
        /**
         * @param number from 0
         * @param open false once it is time to go home
         */
        void act(int number, BooleanSupplier open);
    }

    Crowd add(String name, int count, Person person) {
        for (int number = 0; number < count; number++) {
            int own = number;
            Thread thread = new Thread(() -> act(person, own), "example-" + name + "-" + number);
            thread.setDaemon(true);
            threads.add(thread);
        }
        return this;
    }

    private void act(Person person, int number) {
        try {
            person.act(number, this::isOpen);
        } catch (RuntimeException unforeseen) {
            failure.compareAndSet(null, unforeseen);
            closing.countDown();
        }
    }

    private boolean isOpen() {
        return closing.getCount() > 0;
    }

    /** Runs them all; they end some time after {@code time} at the latest, by the deadlines of their calls. */
    void run(Duration time) {
        threads.forEach(Thread::start);
        long end = System.nanoTime() + time.toNanos();
        try {
            for (Thread thread : threads) {
                long left = end - System.nanoTime();
                if (left > 0 && isOpen()) {
                    TimeUnit.NANOSECONDS.timedJoin(thread, left);
                }
            }
            closing.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException interrupted) {
            closing.countDown();
            threads.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted");
        }
        RuntimeException unforeseen = failure.get();
        if (unforeseen != null) {
            throw unforeseen;
        }
    }
}
