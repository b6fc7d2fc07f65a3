package io.lockstep.node;

import io.lockstep.node.error.KvException;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.node.read.ReadIndexSource;
import io.lockstep.node.rpc.Staleness;
import io.lockstep.node.rpc.Views;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * For fault tests only: stops this whole process (SIGSTOP, to itself) between two steps of a read, or of the round that
 * refreshes the staleness bound. Somebody else has to continue it. What a test must see is that a pause at any of them
 * leaves every bound true.
 *
 * <p>A process that goes on continues with all its threads at once, and the one between the two steps would be first more
 * often than not; so that one stays behind for some more time, while the others move on.
 *
 * <p>On if the system property {@code lockstep.test.stop-at} names a file: while that is there, with names of steps in it,
 * separated by commas, they take turns. Off, nothing of it is in the way of a read. Any thread.
 */
final class StepStops {
    static final String PROPERTY = "lockstep.test.stop-at";

    private static final Logger LOG = LoggerFactory.getLogger(StepStops.class);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /** A step that nobody passes gives its turn away. */
    private static final long TURN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long MAX_BEHIND_MILLIS = 200;
    private static final long MIN_RUN_MILLIS = 300;
    private static final long MAX_RUN_MILLIS = 1_000;

    /** Where the process can be stopped. */
    enum Step {
        /** The round's moment is noted, and nobody was asked yet. */
        MARKED,
        /** The leader was asked for the index, and has not answered. */
        ASKED,
        /** The index is applied here, and the bound not yet published. */
        APPLIED,
        /** The bound is published, and what waited for the round goes on. */
        PUBLISHED,
        /** A reader has the newest proof, and no view. */
        PROOF,
        /** A reader has its view, and has not looked at the clock. */
        VIEW
    }

    private final Path file;

    /** Under this: readers, and the log's threads. */
    private List<Step> steps = List.of();

    private int turn;
    private long turnSinceNanos = System.nanoTime();
    private long nextLookNanos = System.nanoTime();
    private long nextStopNanos = System.nanoTime();

    private StepStops(Path file) {
        this.file = file;
    }

    static Optional<StepStops> configured() {
        return Optional.ofNullable(System.getProperty(PROPERTY)).map(file -> new StepStops(Path.of(file)));
    }

    ReadIndexSource around(ReadIndexSource source) {
        return new ReadIndexSource() {
            @Override
            public boolean hasLeader() {
                return source.hasLeader();
            }

            @Override
            public void readIndex(Listener listener) {
                pass(Step.MARKED);
                source.readIndex(around(listener));
                pass(Step.ASKED);
            }
        };
    }

    private ReadIndexSource.Listener around(ReadIndexSource.Listener listener) {
        return new ReadIndexSource.Listener() {
            @Override
            public void ready() {
                pass(Step.APPLIED);
                listener.ready();
                pass(Step.PUBLISHED);
            }

            @Override
            public void failed(KvException failure) {
                listener.failed(failure);
            }
        };
    }

    Staleness around(Staleness staleness) {
        return new Staleness() {
            @Override
            public Proof newest() {
                Proof newest = staleness.newest();
                pass(Step.PROOF);
                return newest;
            }

            @Override
            public void asked() {
                staleness.asked();
            }
        };
    }

    Views around(Views views) {
        return () -> {
            ReadView newest = views.acquire();
            pass(Step.VIEW);
            return newest;
        };
    }

    private void pass(Step step) {
        if (isItsTurn(step, System.nanoTime())) {
            // Not by the logger, which may be set to anything: the test counts these lines.
            System.err.println("test stop at " + step.name().toLowerCase(Locale.ROOT));
            stop();
            synchronized (this) {
                nextStopNanos = System.nanoTime() + randomNanos(MIN_RUN_MILLIS, MAX_RUN_MILLIS);
                turnSinceNanos = nextStopNanos;
            }
        }
    }

    private synchronized boolean isItsTurn(Step step, long nowNanos) {
        if (nowNanos - nextLookNanos >= 0) {
            nextLookNanos = nowNanos + LOOK_NANOS;
            steps = wanted();
        }
        if (steps.isEmpty() || nowNanos - nextStopNanos < 0) {
            return false;
        }
        if (nowNanos - turnSinceNanos > TURN_NANOS) {
            nextTurn(nowNanos);
        }
        if (steps.get(turn % steps.size()) != step) {
            return false;
        }
        nextTurn(nowNanos);
        // Nobody else stops until this one has set another time.
        nextStopNanos = nowNanos + TimeUnit.DAYS.toNanos(1);
        return true;
    }

    private void nextTurn(long nowNanos) {
        turn++;
        turnSinceNanos = nowNanos;
    }

    private List<Step> wanted() {
        try {
            return Arrays.stream(Files.readString(file).strip().split(","))
                    .map(name -> Step.valueOf(name.strip().toUpperCase(Locale.ROOT)))
                    .toList();
        } catch (IOException notThere) {
            return List.of();
        } catch (IllegalArgumentException e) {
            LOG.warn("{} names no step: {}", file, e.getMessage());
            return List.of();
        }
    }

    /** Ends once somebody has sent SIGCONT, and some time later. */
    private static void stop() {
        String self = String.valueOf(ProcessHandle.current().pid());
        try {
            new ProcessBuilder("kill", "-STOP", self).start().waitFor();
            TimeUnit.NANOSECONDS.sleep(randomNanos(0, MAX_BEHIND_MILLIS));
        } catch (IOException e) {
            LOG.warn("this process can't be stopped: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long randomNanos(long minMillis, long maxMillis) {
        return TimeUnit.MILLISECONDS.toNanos(ThreadLocalRandom.current().nextLong(minMillis, maxMillis));
    }
}
