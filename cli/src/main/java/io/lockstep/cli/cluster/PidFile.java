package io.lockstep.cli.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Which process a node is. A pid alone is not enough: after a crash or a restart of the machine the number may belong to
 * somebody else, and killing that would be our fault. So the start time and the machine's boot id stand beside it.
 */
record PidFile(long pid, long startTicks, String bootId) {
    /** Of a process that was just started; it may be gone already, then its start time is 0 and it never matches. */
    static PidFile of(long pid) {
        return new PidFile(pid, ProcFs.startTicks(pid).orElse(0), ProcFs.bootId());
    }

    static Optional<PidFile> read(Path file) {
        try {
            String[] fields = Files.readString(file).strip().split(" ");
            return Optional.of(new PidFile(Long.parseLong(fields[0]), Long.parseLong(fields[1]), fields[2]));
        } catch (IOException | RuntimeException absentOrDamaged) {
            return Optional.empty();
        }
    }

    void write(Path file) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        Files.writeString(temporary, pid + " " + startTicks + " " + bootId + "\n");
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Whether that very process still runs. */
    boolean isAlive() {
        return bootId.equals(ProcFs.bootId())
                && startTicks != 0
                && ProcFs.startTicks(pid).orElse(-1) == startTicks;
    }
}
