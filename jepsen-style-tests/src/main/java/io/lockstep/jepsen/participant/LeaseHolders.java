package io.lockstep.jepsen.participant;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.EventLog;
import io.lockstep.jepsen.cluster.Pause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Holders of leases, and a watch from each member that tells when keys are gone. */
public final class LeaseHolders implements Participant {
    private static final int HOLDERS = 8;
    private static final long TICK_MILLIS = 20;

    private final List<ManagedChannel> channels;
    private final List<Watcher> watchers = new ArrayList<>();
    private final List<LeaseHolder> holders = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Thread driver = new Thread(this::drive, "lease-watchers");
    private volatile boolean holding = true; // the owner to the holders' threads
    private volatile boolean watching = true; // the owner to the driving thread

    /** @param hosts of the members, in order */
    public LeaseHolders(List<String> hosts, int port, String prefix, long seed) {
        this.channels = Watchers.connect(hosts, port);
        List<Channel> members = List.copyOf(channels);
        for (int member = 0; member < hosts.size(); member++) {
            String name = "leased keys from n" + (member + 1);
            watchers.add(new Watcher(name, WatchSpec.allBelow(prefix), true, members, member, 1, true));
        }
        SplittableRandom random = new SplittableRandom(seed);
        for (int number = 0; number < HOLDERS; number++) {
            LeaseHolder holder = new LeaseHolder(prefix, members, this::isGone, () -> holding, random.split());
            holders.add(holder);
            threads.add(new Thread(holder, "lease-holder-" + number));
        }
        threads.add(driver);
        threads.forEach(thread -> {
            thread.setDaemon(true);
            thread.start();
        });
    }

    private boolean isGone(String key) {
        return watchers.stream().anyMatch(watcher -> watcher.sawDeletionOf(key));
    }

    private void drive() {
        while (watching) {
            Pause.millis(TICK_MILLIS);
            watchers.forEach(Watcher::tick);
        }
    }

    /** No new leases; those that are there must end by themselves. */
    @Override
    public void settle(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        holding = false;
        threads.stream().filter(thread -> thread != driver).forEach(LeaseHolders::join);
        List<String> keys = holders.stream()
                .flatMap(holder -> holder.lives().stream())
                .filter(LeaseLife::attached)
                .flatMap(life -> life.keys().stream())
                .toList();
        while (System.nanoTime() - deadline < 0 && !keys.stream().allMatch(this::isGone)) {
            Pause.millis(TICK_MILLIS);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(TimeUnit.SECONDS.toMillis(20));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void awaitEnd(long lastRevision, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (watchers.stream().anyMatch(watcher -> watcher.next() <= lastRevision)
                && System.nanoTime() - deadline < 0) {
            Pause.millis(TICK_MILLIS);
        }
        watching = false;
        join(driver);
    }

    @Override
    public List<CheckResult> check(EventLog log) {
        List<WatchRecord> records = watchers.stream().map(Watcher::close).toList();
        List<LeaseLife> lives =
                holders.stream().flatMap(holder -> holder.lives().stream()).toList();
        return List.of(LeaseChecker.check(lives, records, log), WatchChecker.check(records, log));
    }

    @Override
    public void close() {
        holding = false;
        watching = false;
        channels.forEach(ManagedChannel::shutdownNow);
    }
}
