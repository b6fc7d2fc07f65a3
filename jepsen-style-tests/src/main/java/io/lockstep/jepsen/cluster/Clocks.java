package io.lockstep.jepsen.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Monotonic clocks of members that run at other rates than the machine's, by a library that is preloaded ({@code clock.c});
 * it is compiled here. With each member it shares a file, which is mapped into memory: the rate that it is to show, and
 * when it was last asked for the time, by the real clock and by its own.
 */
final class Clocks {
    private static final String SOURCE = "clock.c";
    private static final int RATE = 0;
    private static final int REAL = 8;
    private static final int SHOWN = 16;
    private static final int BYTES = 24;
    private static final long MEASURE_MILLIS = 400;
    private static final double TOLERANCE = 0.03;

    private final Path folder;
    private final Path library;
    private final Map<String, ByteBuffer> shared = new HashMap<>();

    private Clocks(Path folder, Path library) {
        this.folder = folder;
        this.library = library;
    }

    /** Compiles the library. */
    static Clocks in(Path folder) throws IOException {
        Path source = folder.resolve(SOURCE);
        try (InputStream text = Objects.requireNonNull(Clocks.class.getResourceAsStream(SOURCE))) {
            Files.copy(text, source);
        }
        Path library = folder.resolve("clock.so");
        Shell.must("gcc", "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl");
        return new Clocks(folder, library);
    }

    /** What a member's process must have in its environment. */
    Map<String, String> environment(String member) throws IOException {
        Path file = folder.resolve(member + ".clock");
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES);
            mapped.order(ByteOrder.nativeOrder());
            mapped.putDouble(RATE, 1);
            shared.put(member, mapped);
        }
        return Map.of("LD_PRELOAD", library.toString(), "LOCKSTEP_TEST_CLOCK", file.toString());
    }

    /** Returns what shows that the clock does not run like that, or an empty text. */
    String run(String member, double rate) {
        ByteBuffer control = Objects.requireNonNull(shared.get(member));
        control.putDouble(RATE, rate);
        Pause.millis(MEASURE_MILLIS / 4); // until it was asked for the time
        long real = control.getLong(REAL);
        long shown = control.getLong(SHOWN);
        Pause.millis(MEASURE_MILLIS);
        double seen = (double) (control.getLong(SHOWN) - shown) / (control.getLong(REAL) - real);
        return Math.abs(seen - rate) <= TOLERANCE * rate
                ? ""
                : String.format("the clock of %s runs at %.3f instead of %.3f", member, seen, rate);
    }
}
