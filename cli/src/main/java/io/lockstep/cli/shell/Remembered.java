package io.lockstep.cli.shell;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.function.Predicate;
import org.jline.reader.impl.history.DefaultHistory;

/** The lines of this shell and of earlier ones, in a file that only its owner reads. Lines with secrets are not in it. */
final class Remembered extends DefaultHistory {
    private final Predicate<String> mayBe;

    /** @param mayBe whether a line may be remembered */
    Remembered(Predicate<String> mayBe) {
        this.mayBe = mayBe;
    }

    /** Makes the file, so that it is nobody else's from the beginning; one that others can read is closed to them. */
    static void makeFile(Path file) {
        try {
            Files.createDirectories(
                    file.getParent(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            var own = PosixFilePermissions.fromString("rw-------");
            if (Files.exists(file)) {
                Files.setPosixFilePermissions(file, own);
            } else {
                Files.createFile(file, PosixFilePermissions.asFileAttribute(own));
            }
        } catch (IOException unusable) {
            throw new UncheckedIOException("cannot remember lines in " + file, unusable);
        }
    }

    @Override
    public void add(Instant time, String line) {
        if (mayBe.test(line)) {
            super.add(time, line);
        }
    }
}
