package io.lockstep.jepsen.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Members that stop themselves between two steps of a read (SIGSTOP), and go on when this sends SIGCONT, after a time that
 * chance decides. A file for each member tells it at which steps; without the file it stops nowhere. Nemesis thread.
 */
final class StepStops {
    /** As the server knows it. */
    static final String PROPERTY = "lockstep.test.stop-at";

    /** In the order in which they take turns. */
    static final List<String> STEPS = List.of("view", "asked", "applied", "proof", "marked", "published");

    private static final Pattern STOPPED = Pattern.compile("test stop at (\\w+)");
    private static final int MIN_STOP_MILLIS = 30;
    private static final int MAX_STOP_MILLIS = 1_500;
    private static final long LOOK_MILLIS = 10;
    /** Longer than a member takes to see that its file is gone. */
    private static final long CALM_NANOS = 400_000_000;

    private final Path folder;
    private final List<Member> members;
    private final SplittableRandom random = new SplittableRandom(1);

    StepStops(Path folder, List<Member> members) {
        this.folder = folder;
        this.members = members;
    }

    static Path fileOf(Path folder, String member) {
        return folder.resolve(member + ".stops");
    }

    /** Lets all members stop themselves for some time. Returns what went wrong, or an empty text. */
    String during(long millis) {
        Map<String, Integer> before = counts();
        members.forEach(this::allow);
        attend(System.nanoTime() + millis * 1_000_000);
        members.forEach(this::forbid);
        attend(System.nanoTime() + CALM_NANOS);
        Map<String, Integer> after = counts();
        return after.equals(before) ? "no member stopped itself" : "";
    }

    private void allow(Member member) {
        try {
            Files.writeString(fileOf(folder, member.address().name()), String.join(",", STEPS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void forbid(Member member) {
        try {
            Files.deleteIfExists(fileOf(folder, member.address().name()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Continues whoever is stopped, each after its time; ends when the time is over and nobody is stopped. */
    private void attend(long untilNanos) {
        Map<Member, Long> goOnNanos = new HashMap<>();
        while (System.nanoTime() - untilNanos < 0 || !goOnNanos.isEmpty()) {
            for (Member member : members) {
                if (!member.isStopped()) {
                    continue;
                }
                long now = System.nanoTime();
                double share = random.nextDouble();
                // More short ones than long ones, or the cluster would stand still.
                long stopNanos = (long) ((MIN_STOP_MILLIS + share * share * MAX_STOP_MILLIS) * 1e6);
                if (now - goOnNanos.computeIfAbsent(member, stopped -> now + stopNanos) >= 0) {
                    member.resume();
                    goOnNanos.remove(member);
                }
            }
            Pause.millis(LOOK_MILLIS);
        }
    }

    /** How often members have stopped at each step so far. */
    Map<String, Integer> counts() {
        Map<String, Integer> counts = new TreeMap<>();
        STEPS.forEach(step -> counts.put(step, 0));
        for (Member member : members) {
            // Not as UTF-8: a killed process may leave half a character.
            try (Stream<String> lines = Files.lines(member.log(), StandardCharsets.ISO_8859_1)) {
                lines.map(STOPPED::matcher)
                        .filter(Matcher::find)
                        .forEach(found -> counts.merge(found.group(1), 1, Integer::sum));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return counts;
    }
}
