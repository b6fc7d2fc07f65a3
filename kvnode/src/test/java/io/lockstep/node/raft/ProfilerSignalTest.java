package io.lockstep.node.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import jdk.jfr.FlightRecorder;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfilerSignalTest {
    @TempDir
    Path directory;

    @Test
    void samplesOfJfr_besideAGroup_areTakenAndDoNotReachJraft() throws Exception {
        assumeTrue(FlightRecorder.isAvailable());
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong work = new AtomicLong();
        ConcurrentLinkedQueue<String> started = new ConcurrentLinkedQueue<>();
        AtomicLong samples = new AtomicLong();
        Thread busy = new Thread(
                () -> {
                    while (!done.get()) {
                        work.incrementAndGet();
                    }
                },
                "busy");
        busy.setDaemon(true);
        try (TestCluster cluster = new TestCluster(directory, 1).startAll();
                RecordingStream recording = new RecordingStream()) {
            cluster.commit("a");
            recording.enable("jdk.ExecutionSample").withPeriod(Duration.ofMillis(10));
            recording.enable("jdk.ThreadStart");
            recording.onEvent("jdk.ExecutionSample", sample -> samples.incrementAndGet());
            recording.onEvent("jdk.ThreadStart", start -> {
                if (start.getThread("thread") != null) {
                    started.add(String.valueOf(start.getThread("thread").getJavaName()));
                }
            });
            recording.startAsync();
            busy.start();
            await().atMost(TestCluster.PATIENCE)
                    .pollInterval(50, TimeUnit.MILLISECONDS)
                    .until(() ->
                            started.contains("SIGUSR2 handler") || (samples.get() > 0 && started.contains("busy")));
        } finally {
            done.set(true);
            busy.join();
        }
        assertThat(started).contains("busy").doesNotContain("SIGUSR2 handler");
        assertThat(samples).hasPositiveValue();
    }
}
