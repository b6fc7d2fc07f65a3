package io.lockstep.cli;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Commands that a shell runs as processes of their own, by the launcher: those that bring a server, or another program of
 * ours, along. They learn the shell's options from their environment.
 */
final class Outside {
    private static final @Nullable String LAUNCHER = System.getProperty("kv.launcher");
    private static final long GRACE_SECONDS = 10;

    private Outside() {}

    static boolean isPossible() {
        return LAUNCHER != null;
    }

    static int run(String[] words, Console console, Connection options) {
        List<String> command = new ArrayList<>(List.of(String.valueOf(LAUNCHER)));
        for (String word : words) {
            command.add(Bytes.text(word));
        }
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(console.folder().toFile()).inheritIO();
        if (System.console() == null) {
            // What follows in a script is not for the program.
            builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        }
        Map<String, String> environment = builder.environment();
        put(environment, "LOCKSTEP_ENDPOINTS", options.endpoints);
        put(environment, "LOCKSTEP_CACERT", options.ca);
        put(environment, "LOCKSTEP_CERT", options.certificate);
        put(environment, "LOCKSTEP_KEY", options.key);
        put(environment, "LOCKSTEP_USER", options.user);
        put(environment, "LOCKSTEP_PASSWORD", options.password);
        try {
            return end(builder.start());
        } catch (IOException notThere) {
            throw new CommandFailed("cannot run \"" + LAUNCHER + "\": " + notThere.getMessage());
        }
    }

    private static void put(Map<String, String> environment, String name, @Nullable String value) {
        if (value != null) {
            environment.put(name, Bytes.text(value));
        }
    }

    /** Ctrl-C at a terminal reaches the process too: it ends by itself. */
    private static int end(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException first) {
            try {
                if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
                    process.destroy();
                }
            } catch (InterruptedException second) {
                process.destroyForcibly();
            }
            throw Waiting.interrupted();
        }
    }
}
