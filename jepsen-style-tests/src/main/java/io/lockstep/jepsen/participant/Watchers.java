package io.lockstep.jepsen.participant;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.EventLog;
import io.lockstep.jepsen.cluster.Pause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Watches of all kinds for the whole of a test, and short ones that begin anywhere: in the past, now, and in the future.
 * One thread drives them.
 */
public final class Watchers implements Participant {
    private static final long TICK_MILLIS = 50;
    private static final int SHORT_WATCHES = 4;
    private static final int MAX_SHORT_TICKS = 60;
    private static final int REVISIONS_BACK = 400;
    private static final int REVISIONS_AHEAD = 20;
    private static final int MAX_ANSWER_BYTES = 64 << 20;

    private final String prefix;
    private final String someKey;
    private final SplittableRandom random;
    private final List<ManagedChannel> channels;
    private final List<Watcher> lasting = new ArrayList<>();
    private final Thread thread = new Thread(this::drive, "watchers");
    private volatile boolean ending; // the owner to the driving thread

    /** Driving thread, then its owner: what has ended. */
    private final List<WatchRecord> ended = new ArrayList<>();

    /** @param hosts of the members, in order */
    public Watchers(List<String> hosts, int port, String prefix, String someKey, long seed) {
        this.prefix = prefix;
        this.someKey = someKey;
        this.random = new SplittableRandom(seed);
        this.channels = connect(hosts, port);
        List<Channel> members = List.copyOf(channels);
        for (int member = 0; member < hosts.size(); member++) {
            lasting.add(new Watcher(
                    "all from n" + (member + 1), WatchSpec.allBelow(prefix), true, members, member, 1, member != 0));
            lasting.add(new Watcher(
                    "deletes from n" + (member + 1),
                    new WatchSpec(prefix, true, false, true, true),
                    true,
                    members,
                    member,
                    1,
                    false));
        }
        lasting.add(
                new Watcher("one key", new WatchSpec(someKey, false, true, true, false), true, members, 0, 0, true));
        lasting.add(new Watcher("puts", new WatchSpec(prefix, true, true, false, false), true, members, 1, 0, true));
        thread.setDaemon(true);
        thread.start();
    }

    static List<ManagedChannel> connect(List<String> hosts, int port) {
        List<ManagedChannel> channels = new ArrayList<>();
        for (String host : hosts) {
            channels.add(NettyChannelBuilder.forAddress(host, port)
                    .usePlaintext()
                    .disableRetry()
                    .maxInboundMessageSize(MAX_ANSWER_BYTES)
                    .build());
        }
        return channels;
    }

    private void drive() {
        List<Short> shorts = new ArrayList<>();
        while (!ending) {
            Pause.millis(TICK_MILLIS);
            lasting.forEach(Watcher::tick);
            while (shorts.size() < SHORT_WATCHES) {
                shorts.add(newShort());
            }
            for (Short each : List.copyOf(shorts)) {
                each.watcher.tick();
                if (--each.ticksLeft == 0) {
                    ended.add(each.watcher.close());
                    shorts.remove(each);
                }
            }
        }
        shorts.forEach(each -> ended.add(each.watcher.close()));
    }

    private static final class Short {
        private final Watcher watcher;
        private int ticksLeft;

        Short(Watcher watcher, int ticks) {
            this.watcher = watcher;
            this.ticksLeft = ticks;
        }
    }

    private Short newShort() {
        long newest = lasting.stream().mapToLong(Watcher::next).max().orElse(1) - 1;
        long from = switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> newest + 1 + random.nextInt(REVISIONS_AHEAD);
            default -> Math.max(1, newest - random.nextInt(REVISIONS_BACK));
        };
        WatchSpec spec =
                random.nextInt(3) == 0 ? new WatchSpec(someKey, false, true, true, true) : WatchSpec.allBelow(prefix);
        int member = random.nextInt(channels.size());
        Watcher watcher = new Watcher(
                "short " + ended.size() + " from revision " + from + " at n" + (member + 1),
                spec,
                false,
                List.copyOf(channels),
                member,
                from,
                random.nextBoolean());
        return new Short(watcher, 4 + random.nextInt(MAX_SHORT_TICKS));
    }

    /** Waits until each lasting watch has been told of all; which has not is for the checker to say. */
    @Override
    public void awaitEnd(long lastRevision, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        // A progress notification counts as told, so each of them gets there, whatever it watches.
        while (lasting.stream().anyMatch(watcher -> watcher.next() <= lastRevision)
                && System.nanoTime() - deadline < 0) {
            Pause.millis(TICK_MILLIS);
        }
        ending = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        lasting.forEach(watcher -> ended.add(watcher.close()));
    }

    @Override
    public List<CheckResult> check(EventLog log) {
        return List.of(WatchChecker.check(ended, log));
    }

    @Override
    public void close() {
        ending = true;
        channels.forEach(ManagedChannel::shutdownNow);
    }
}
