package io.lockstep.cli.shell;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;

/** Lines as a stream of bytes: the next one is asked for when the last one is used up. */
final class TypedInput extends InputStream {
    private final Supplier<Optional<String>> lines;
    private byte[] line = new byte[0];
    private int at;
    private boolean ended;

    /** @param lines one char per byte; nothing: the end */
    TypedInput(Supplier<Optional<String>> lines) {
        this.lines = lines;
    }

    private boolean isAtEnd() {
        while (at == line.length && !ended) {
            Optional<String> next = lines.get();
            ended = next.isEmpty();
            line = next.map(text -> text + "\n").orElse("").getBytes(StandardCharsets.ISO_8859_1);
            at = 0;
        }
        return ended;
    }

    @Override
    public int read() {
        return isAtEnd() ? -1 : line[at++] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        if (isAtEnd()) {
            return -1;
        }
        int count = Math.min(length, line.length - at);
        System.arraycopy(line, at, bytes, offset, count);
        at += count;
        return count;
    }
}
