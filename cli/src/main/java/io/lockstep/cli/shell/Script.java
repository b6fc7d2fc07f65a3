package io.lockstep.cli.shell;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Lines of a stream. Read byte by byte: what follows a line may belong to the command that the line runs. */
public record Script(InputStream input) implements Lines {
    @Override
    public Optional<String> next(String prompt) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = input.read();
        if (next < 0) {
            return Optional.empty();
        }
        for (; next >= 0 && next != '\n'; next = input.read()) {
            line.write(next);
        }
        return Optional.of(line.toString(StandardCharsets.ISO_8859_1));
    }
}
