package io.lockstep.lab;

import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.StatusRequest;
import io.lockstep.api.StatusResponse;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Puts together how a run was made. */
final class Circumstances {
    private static final Duration CALL = Duration.ofSeconds(5);

    private final Lab.Options options;
    private final boolean inProcess;
    private final Map<String, String> facts = new LinkedHashMap<>();

    Circumstances(Lab.Options options, boolean inProcess) {
        this.options = options;
        this.inProcess = inProcess;
        facts.put("date", ZonedDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm z", Locale.ROOT)));
        facts.put("load of the machine before", load());
        facts.put("seed", String.valueOf(options.seed()));
    }

    void ready(Stage stage, long beganNanos) {
        StatusResponse status = MaintenanceGrpc.newBlockingStub(stage.channel(1))
                .withDeadlineAfter(CALL)
                .status(StatusRequest.getDefaultInstance());
        facts.put("members", stage.isolation());
        facts.put("server", "Lockstep " + status.getLockstepVersion() + ", API of etcd " + status.getVersion());
        facts.put("cluster ready after", Numbers.millis((System.nanoTime() - beganNanos) / 1e6));
    }

    LabRun.Circumstances of(Evidence evidence, long beganNanos) {
        Runtime runtime = Runtime.getRuntime();
        facts.put("machine", processor() + ", " + runtime.availableProcessors() + " processors, " + memory());
        facts.put(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + ", Java "
                        + System.getProperty("java.version"));
        facts.put(
                "calls",
                Numbers.count(evidence.samples().size()) + ", of which "
                        + Numbers.count(evidence.samples().stream()
                                .filter(sample -> sample.sentNanos() < evidence.originNanos())
                                .count())
                        + " before the time line began, to warm the servers up");
        facts.put("the lab sent late by, at most", Numbers.millis(evidence.latestNanos() / 1e6));
        facts.put("whole run", Numbers.millis((System.nanoTime() - beganNanos) / 1e6));
        return new LabRun.Circumstances(options.command(), inProcess, facts);
    }

    private static String processor() {
        return line("/proc/cpuinfo", "model name", System.getProperty("os.arch"));
    }

    /** By the kernel's count of what runs or wants to. */
    private static String load() {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        return load < 0 ? "unknown" : String.format(Locale.ROOT, "%.1f", load);
    }

    private static String memory() {
        String kib = line("/proc/meminfo", "MemTotal", "").replaceAll("\\D", "");
        return kib.isEmpty() ? "memory unknown" : Math.round(Long.parseLong(kib) / 1048576.0) + " GiB of memory";
    }

    private static String line(String file, String name, String otherwise) {
        try {
            return Files.readAllLines(Path.of(file)).stream()
                    .filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(otherwise);
        } catch (IOException unreadable) {
            return otherwise;
        }
    }
}
