package io.lockstep.node.compat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs etcdctl, an unmodified client, and takes out of its output what differs between any two servers. */
final class Etcdctl {
    private static final long TIMEOUT_SECONDS = 60;

    private static final Pattern GRANTED = Pattern.compile("lease ([0-9a-f]+) granted with TTL");

    private final Path binary;
    private final Path scratch;
    /** For the word LEASE in a command. */
    private String lastLease = "LEASE";

    /** @param scratch a folder for the input and the output of one call at a time */
    Etcdctl(Path binary, Path scratch) {
        this.binary = binary;
        this.scratch = scratch;
        try {
            Files.createDirectories(scratch);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One call: arguments, and what it reads from its standard input. */
    record Command(List<String> arguments, String input) {
        /** Words between blanks; two single quotes are an empty one. */
        static Command of(String line) {
            return new Command(
                    Stream.of(line.split(" ", -1))
                            .map(word -> word.equals("''") ? "" : word)
                            .toList(),
                    "");
        }

        @Override
        public String toString() {
            return "etcdctl " + String.join(" ", arguments) + (input.isEmpty() ? "" : " <<< " + input);
        }
    }

    /** What {@code etcdctl version} names first. */
    String version() {
        try {
            Process process = builder(List.of(binary.toString(), "version")).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return output.lines()
                    .filter(line -> line.startsWith("etcdctl version: "))
                    .map(line -> line.substring("etcdctl version: ".length()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(binary + " version names no version: " + output));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ProcessBuilder builder(List<String> line) {
        ProcessBuilder builder = new ProcessBuilder(line);
        // Any other variable of this prefix would be an option of etcdctl, or make it warn.
        builder.environment().keySet().removeIf(name -> name.startsWith("ETCDCTL_"));
        builder.environment().put("ETCDCTL_API", "3");
        return builder;
    }

    /** Exit code, output and errors, normalised. */
    String run(Command command, String endpoint) {
        try {
            Path input = Files.writeString(scratch.resolve("input"), command.input());
            Path output = scratch.resolve("output");
            Path errors = scratch.resolve("errors");
            List<String> line = new ArrayList<>(List.of(binary.toString(), "--endpoints", endpoint));
            command.arguments().forEach(word -> line.add(word.equals("LEASE") ? lastLease : word));
            Process process = builder(line)
                    .redirectInput(input.toFile())
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command + " did not end within " + TIMEOUT_SECONDS + " s");
            }
            String printed = Files.readString(output, StandardCharsets.ISO_8859_1);
            Matcher granted = GRANTED.matcher(printed);
            if (granted.find()) {
                lastLease = granted.group(1);
            }
            return normalise(
                    command,
                    printed
                            + withoutLog(Files.readString(errors, StandardCharsets.ISO_8859_1))
                            + "exit code " + process.exitValue());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** The client's own log lines carry times and addresses in memory. */
    private static String withoutLog(String errors) {
        return errors.lines()
                .filter(line -> !line.startsWith("{\"level\":") && !line.matches("\\d{4}-\\d\\d-\\d\\d .*"))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    private static String normalise(Command command, String text) {
        String normal = text.replaceAll("127\\.0\\.0\\.1:\\d+", "ADDRESS")
                .replaceAll("\\b(?=[0-9a-f]*[0-9])[0-9a-f]{13,20}\\b", "ID")
                .replaceAll("(?i)(\"raft_?(term|index|appliedIndex)\" ?: ?)\\d+", "$1N")
                .replaceAll("(?i)(\"dbSize(InUse)?\" ?: ?)\\d+", "$1N")
                .replaceAll("\\b3\\.\\d+\\.\\d+\\b", "VERSION")
                .replaceAll("\\b\\d+(\\.\\d+)? [kMG]?B\\b", "SIZE")
                .replaceAll("\\b\\d+(\\.\\d+)?(ns|\u00c2\u00b5s|ms|s)\\b", "TIME")
                // Tables are as wide as their widest cell.
                .replaceAll("-{2,}", "-")
                .replaceAll(" {2,}", " ");
        if (command.arguments().contains("status")) {
            normal = normal.replaceAll("(, |\\| )\\d+(?=,| \\|)", "$1N").replaceAll("(, |\\| )\\d+(?=,| \\|)", "$1N");
        }
        if (command.arguments().contains("timetolive")) {
            normal = normal.replaceAll("(\"(ttl|TTL)\" ?: ?)\\d+", "$1TIME");
        }
        if (command.arguments().contains("hashkv")) {
            // A hash of 0, which an empty store of ours has, is left out of JSON.
            normal = normal.replaceAll("\"hash\":\\d+,", "")
                    .replaceAll("(\"Hash\" : |ADDRESS, |ADDRESS \\| )\\d+", "$1HASH");
        }
        return normal;
    }
}
