package io.lockstep.node.apply;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of a state: {@code FORMAT}, databases in {@code db-<n>}, and {@code CURRENT}, which names the live one.
 *
 * <p>Nothing is ever changed in place. A new state is complete before CURRENT names it, and CURRENT is written before
 * FORMAT; so a directory with neither is no state yet, whatever a crash left in it, while one with FORMAT but without
 * CURRENT is damaged. An installed state is complete and synchronised before CURRENT moves on to it; a database that
 * CURRENT does not name is the leftover of an install that was cut short, before or after that moment.
 */
final class StateDirectory {
    static final int FORMAT = 1;

    private static final String FORMAT_FILE = "FORMAT";
    private static final String CURRENT_FILE = "CURRENT";
    private static final String FORMAT_PREFIX = "lockstep-state ";
    private static final Pattern DATABASE_NAME = Pattern.compile("db-(\\d{1,18})");

    private final Path directory;

    private StateDirectory(Path directory) {
        this.directory = directory;
    }

    static StateDirectory open(Path directory) {
        try {
            Files.createDirectories(directory);
            StateDirectory opened = new StateDirectory(directory);
            opened.checkFormat();
            return opened;
        } catch (IOException e) {
            throw new StateOpenException("cannot use the state directory " + directory + ": " + e, e);
        }
    }

    private void checkFormat() throws IOException {
        Path file = directory.resolve(FORMAT_FILE);
        if (!Files.exists(file)) {
            return;
        }
        String text = Files.readString(file, StandardCharsets.UTF_8).strip();
        String number = text.startsWith(FORMAT_PREFIX) ? text.substring(FORMAT_PREFIX.length()) : "";
        if (!number.matches("\\d{1,9}")) {
            throw new StateOpenException(file + " does not hold a state format but '" + firstOf(text)
                    + "': this is no state directory, or it is damaged");
        }
        if (Integer.parseInt(number) != FORMAT) {
            throw new StateOpenException("the state in " + directory + " has format " + number
                    + ", this software reads format " + FORMAT + ": use the software that wrote it");
        }
    }

    private static String firstOf(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }

    /** The live database; empty if there is no state yet. */
    Optional<Path> current() {
        Path file = directory.resolve(CURRENT_FILE);
        try {
            String name = Files.readString(file, StandardCharsets.UTF_8).strip();
            Path database = directory.resolve(name);
            if (!DATABASE_NAME.matcher(name).matches() || !Files.isDirectory(database)) {
                throw new StateOpenException(file + " names '" + firstOf(name)
                        + "', which is no database here: the state is damaged; wipe this member and add it anew");
            }
            return Optional.of(database);
        } catch (NoSuchFileException absent) {
            if (Files.exists(directory.resolve(FORMAT_FILE))) {
                throw new StateOpenException("the state in " + directory
                        + " has lost its CURRENT file: it is damaged; wipe this member and add it anew");
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new StateOpenException("cannot read " + file + ": " + e, e);
        }
    }

    /** Removes every database but this one. */
    void sweepAllBut(Optional<Path> live) {
        for (Path database : databases()) {
            if (!Optional.of(database).equals(live)) {
                delete(database);
            }
        }
    }

    /** A name that no database has yet. */
    Path nextDatabase() {
        long highest =
                databases().stream().mapToLong(StateDirectory::numberOf).max().orElse(0);
        return directory.resolve("db-" + (highest + 1));
    }

    /** The same, made, and on disk. */
    Path newDatabase() throws IOException {
        Path database = nextDatabase();
        Files.createDirectory(database);
        sync(directory);
        return database;
    }

    private static long numberOf(Path database) {
        Matcher name = DATABASE_NAME.matcher(database.getFileName().toString());
        return name.matches() ? Long.parseLong(name.group(1)) : 0;
    }

    private List<Path> databases() {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry -> DATABASE_NAME
                            .matcher(entry.getFileName().toString())
                            .matches())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + directory, e);
        }
    }

    /**
     * Brings a checkpoint in as a database that is not live yet. Tables never change, so they are linked where the file
     * system can; RocksDB appends to the other files, so these are copied. All of it is on disk on return.
     */
    Path bringIn(Path checkpoint) {
        Path target = nextDatabase();
        try {
            Files.createDirectory(target);
            try (Stream<Path> files = Files.list(checkpoint)) {
                for (Path file : files.sorted().toList()) {
                    Path copy = target.resolve(file.getFileName());
                    linkOrCopy(file, copy);
                    sync(copy);
                }
            }
            sync(target);
            sync(directory);
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot bring the checkpoint " + checkpoint + " into " + directory, e);
        }
    }

    private static void linkOrCopy(Path file, Path copy) throws IOException {
        if (file.getFileName().toString().endsWith(".sst")) {
            try {
                Files.createLink(copy, file);
                return;
            } catch (FileSystemException | UnsupportedOperationException anotherFileSystem) {
                Files.deleteIfExists(copy);
            }
        }
        Files.copy(file, copy);
    }

    /** From here on, and after any crash, this database is the state. */
    void makeCurrent(Path database) {
        replace(CURRENT_FILE, database.getFileName() + "\n");
    }

    /** Says that a state is here: from now on a missing CURRENT is damage. */
    void markFounded() {
        if (!Files.exists(directory.resolve(FORMAT_FILE))) {
            replace(FORMAT_FILE, FORMAT_PREFIX + FORMAT + "\n");
        }
    }

    private void replace(String name, String content) {
        Path temporary = directory.resolve(name + ".tmp");
        try {
            Files.writeString(temporary, content, StandardCharsets.UTF_8);
            sync(temporary);
            move(temporary, directory.resolve(name));
            sync(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + directory.resolve(name), e);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("the file system cannot replace a file in one step", e);
        }
    }

    /** Works on directories, too, on Linux. */
    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    static void delete(Path database) {
        try (Stream<Path> tree = Files.walk(database)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + database, e);
        }
    }
}
