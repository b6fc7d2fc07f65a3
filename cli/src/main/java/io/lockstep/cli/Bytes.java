package io.lockstep.cli;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Arguments as bytes. The JVM decodes arguments by the locale, which loses every byte that is no character there; keys and
 * values may be any bytes. So the kernel's own copy of the command line is read, and an argument is kept as a string
 * with one char per byte (ISO 8859-1) until it becomes a key, a value or a path.
 */
public final class Bytes {
    private static final int MAX_COMMAND_LINE_BYTES = 8 << 20;

    private Bytes() {}

    /** The process's arguments with one char per byte. */
    static String[] ofArguments(String[] decoded) {
        // Loops, no streams: this runs before every command.
        boolean ascii = true;
        for (String text : decoded) {
            ascii &= isAscii(text);
        }
        if (ascii) {
            return decoded;
        }
        String[] all = commandLine();
        if (all.length < decoded.length) {
            return Arrays.stream(decoded)
                    .map(text -> new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1))
                    .toArray(String[]::new);
        }
        return Arrays.copyOfRange(all, all.length - decoded.length, all.length);
    }

    private static String[] commandLine() {
        try (var in = Files.newInputStream(Path.of("/proc/self/cmdline"))) {
            String all = new String(in.readNBytes(MAX_COMMAND_LINE_BYTES), StandardCharsets.ISO_8859_1);
            String[] parts = all.split("\0", -1);
            // Each argument is ended by a zero byte, so the last part is empty and no argument.
            return Arrays.copyOf(parts, parts.length - 1);
        } catch (IOException noProc) {
            return new String[0];
        }
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    public static ByteString of(String argument) {
        return ByteString.copyFrom(argument, StandardCharsets.ISO_8859_1);
    }

    /** An argument that is text, such as a path. */
    public static String text(String argument) {
        return new String(argument.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** A text as an argument. */
    static String ofText(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}
