package io.lockstep.cli.cluster;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The end of a log file, and what comes after it; a file that was rotated away is followed by the new one. */
public final class LogTail {
    private static final int MAX_TAIL_BYTES = 1 << 20;

    private final Path file;
    private long position;

    public LogTail(Path file) {
        this.file = file;
    }

    /** The last lines, at most so many and at most 1 MiB. */
    public static List<String> lastLines(Path file, int count) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        List<String> lines = read(file, Math.max(0, Files.size(file) - MAX_TAIL_BYTES))
                .lines()
                .toList();
        return lines.subList(Math.max(0, lines.size() - count), lines.size());
    }

    /** Begins after what is there now. */
    public void skipToEnd() throws IOException {
        position = Files.exists(file) ? Files.size(file) : 0;
    }

    /** What was added since the last call, whole lines only. */
    public List<String> newLines() throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        if (Files.size(file) < position) {
            position = 0;
        }
        String text = read(file, position);
        int end = text.lastIndexOf('\n') + 1;
        String whole = text.substring(0, end);
        position += whole.getBytes(StandardCharsets.UTF_8).length;
        return whole.lines().toList();
    }

    private static String read(Path file, long from) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            long length = Math.min(MAX_TAIL_BYTES, Math.max(0, in.length() - from));
            byte[] bytes = new byte[(int) length];
            in.seek(from);
            in.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
