package io.lockstep.bench.compare;

import io.lockstep.bench.load.LoadFailedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the members of a cluster hold in memory, together.
 *
 * @param liveHeapBytes objects that are reachable, of members that are JVMs; counting them collects the others
 * @param residentMiB as the kernel counts
 */
public record ServerMemory(OptionalLong liveHeapBytes, long residentMiB) {
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
    private static final long JCMD_TIMEOUT_SECONDS = 60;

    public static ServerMemory of(LocalCluster cluster) throws IOException, InterruptedException {
        long live = 0;
        boolean known = true;
        long residentMiB = 0;
        for (ProcessHandle process : cluster.processes()) {
            OptionalLong heap = isJava(process) ? liveHeapBytes(process.pid()) : OptionalLong.empty();
            known &= heap.isPresent();
            live += heap.orElse(0);
            residentMiB += ProcessUsage.of(process.pid()).residentMiB();
        }
        return new ServerMemory(known ? OptionalLong.of(live) : OptionalLong.empty(), residentMiB);
    }

    private static boolean isJava(ProcessHandle process) {
        return process.info().command().map(Path::of).stream().anyMatch(command -> command.endsWith("java"));
    }

    private static OptionalLong liveHeapBytes(long pid) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            return OptionalLong.empty();
        }
        // To a file: nobody has to read it before the process ends.
        Path answer = Files.createTempFile("lockstep-heap-", ".txt");
        try {
            Process asking = new ProcessBuilder(List.of(jcmd.toString(), Long.toString(pid), "GC.class_histogram"))
                    .redirectErrorStream(true)
                    .redirectOutput(answer.toFile())
                    .start();
            if (!asking.waitFor(JCMD_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                asking.destroyForcibly();
                throw new LoadFailedException("jcmd " + pid + " does not end");
            }
            Matcher total = TOTAL.matcher(Files.readString(answer, StandardCharsets.UTF_8));
            return total.find() ? OptionalLong.of(Long.parseLong(total.group(1))) : OptionalLong.empty();
        } finally {
            Files.deleteIfExists(answer);
        }
    }
}
