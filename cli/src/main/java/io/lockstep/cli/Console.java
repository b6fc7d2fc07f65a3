package io.lockstep.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What surrounds a command: its streams, environment and folder. Passed in, so that tests run commands in their own JVM.
 *
 * @param colour whether the error stream is a terminal that wants colour
 * @param shared what a command that runs in a shell has in common with the others there
 */
public record Console(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        Path folder,
        boolean colour,
        Optional<Shared> shared) {

    /** Of a command that runs by itself. */
    public Console(
            InputStream in,
            PrintStream out,
            PrintStream err,
            Map<String, String> environment,
            Path folder,
            boolean colour) {
        this(in, out, err, environment, folder, colour, Optional.empty());
    }

    /** The process's own; the launcher says whether there is a terminal, since the JVM cannot tell for one stream. */
    static Console ofProcess() {
        boolean terminal = Boolean.getBoolean("kv.terminal") && System.getenv("NO_COLOR") == null;
        String folder = System.getProperty("kv.folder", "");
        return new Console(
                System.in,
                System.out,
                System.err,
                System.getenv(),
                Path.of(folder).toAbsolutePath(),
                terminal);
    }

    /** The same inside of a shell. */
    Console within(Shared shell, InputStream input) {
        return new Console(input, out, err, environment, folder, colour, Optional.of(shell));
    }

    /** The first of these variables that is set and not empty. */
    public Optional<String> environment(String... names) {
        for (String name : names) {
            String value = environment.get(name);
            if (value != null && !value.isEmpty()) {
                return Optional.of(value);
            }
        }
        return Optional.empty();
    }

    /** A path that the user gave, seen from where the user is. */
    public Path resolve(String path) {
        return folder.resolve(path).normalize();
    }

    /** One line about what went wrong. */
    public void error(String line) {
        err.println((colour ? "\u001b[31mkv:\u001b[0m " : "kv: ") + line.replace('\n', ' '));
    }

    /** One line beside the answer. */
    public void note(String line) {
        err.println(line);
        err.flush();
    }

    /** One line about what goes on. */
    public void say(String line) {
        out.println(line);
        out.flush();
    }

    public String good(String text) {
        return colour ? "\u001b[32m" + text + "\u001b[0m" : text;
    }

    public String bad(String text) {
        return colour ? "\u001b[31m" + text + "\u001b[0m" : text;
    }
}
