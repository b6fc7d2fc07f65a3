package io.lockstep.node.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A state machine for tests: the list of what was applied, in memory until flushed into one file. */
final class FileState implements StateMachine {
    private final Path file;
    private final List<String> values = new ArrayList<>();
    private volatile long appliedIndex;
    private volatile long appliedTerm;
    private volatile List<String> visible = List.of();
    volatile Consumer<String> onApply = value -> {};
    volatile int installs;
    // The apply thread writes.
    volatile int skipped;

    FileState(Path directory) throws IOException {
        Files.createDirectories(directory);
        this.file = directory.resolve("values");
        if (Files.exists(file)) {
            load(file);
        }
    }

    private void load(Path from) throws IOException {
        List<String> lines = Files.readAllLines(from);
        values.clear();
        values.addAll(lines.subList(2, lines.size()));
        appliedTerm = Long.parseLong(lines.get(1));
        appliedIndex = Long.parseLong(lines.get(0));
        visible = List.copyOf(values);
    }

    List<String> values() {
        return visible;
    }

    @Override
    public void apply(long index, long term, ByteBuffer entry) {
        if (index <= appliedIndex) {
            skipped = skipped + 1;
            return;
        }
        String value = StandardCharsets.UTF_8.decode(entry.duplicate()).toString();
        onApply.accept(value);
        synchronized (this) {
            values.add(value);
            appliedTerm = term;
            appliedIndex = index;
        }
    }

    @Override
    public void endOfBatch() {
        visible = List.copyOf(values);
    }

    @Override
    public void checkpoint(Path target) throws IOException {
        Files.createDirectory(target);
        write(target.resolve("values"));
        // A second file, larger than a chunk of the copy and with a name below a directory.
        Files.createDirectory(target.resolve("more"));
        Files.write(target.resolve("more").resolve("000001.sst"), new byte[1_500_000]);
    }

    @Override
    public void install(Path checkpoint) throws IOException {
        Files.copy(checkpoint.resolve("values"), file, StandardCopyOption.REPLACE_EXISTING);
        load(file);
        installs++;
    }

    @Override
    public long appliedIndex() {
        return appliedIndex;
    }

    @Override
    public long appliedTerm() {
        return appliedTerm;
    }

    @Override
    public void flush() {
        try {
            write(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(Path target) throws IOException {
        List<String> lines = new ArrayList<>();
        synchronized (this) {
            lines.add(Long.toString(appliedIndex));
            lines.add(Long.toString(appliedTerm));
            lines.addAll(values);
        }
        Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
        Files.write(temporary, lines);
        Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
    }
}
