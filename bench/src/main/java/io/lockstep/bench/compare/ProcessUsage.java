package io.lockstep.bench.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What processes have used: CPU time since they began, memory now.
 *
 * @param cpuSeconds of one core, user and system
 * @param residentMiB resident memory
 */
public record ProcessUsage(double cpuSeconds, long residentMiB) {
    static final ProcessUsage NONE = new ProcessUsage(0, 0);

    /** Of a process of this machine; nothing where the kernel does not tell (no /proc). */
    public static ProcessUsage of(long pid) throws IOException {
        double cpuSeconds = ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .map(Duration::toMillis)
                .map(millis -> millis / 1_000.0)
                .orElse(0.0);
        Path status = Path.of("/proc", Long.toString(pid), "status");
        if (!Files.isReadable(status)) {
            return new ProcessUsage(cpuSeconds, 0);
        }
        List<String> lines = Files.readAllLines(status, StandardCharsets.ISO_8859_1);
        long residentKiB = lines.stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
        return new ProcessUsage(cpuSeconds, residentKiB >> 10);
    }

    ProcessUsage plus(ProcessUsage other) {
        return new ProcessUsage(cpuSeconds + other.cpuSeconds, residentMiB + other.residentMiB);
    }
}
