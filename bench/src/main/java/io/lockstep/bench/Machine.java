package io.lockstep.bench;

import java.time.Instant;

/** Where and when figures were taken: without it they mean nothing later. */
public record Machine(String date, int cores, long maxHeapMiB, String java, String system) {
    static Machine now() {
        Runtime runtime = Runtime.getRuntime();
        return new Machine(
                Instant.now().toString(),
                runtime.availableProcessors(),
                runtime.maxMemory() >> 20,
                System.getProperty("java.vm.name") + " " + System.getProperty("java.version"),
                System.getProperty("os.name") + " " + System.getProperty("os.version"));
    }
}
