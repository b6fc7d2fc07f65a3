package io.lockstep.jepsen.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.lockstep.jepsen.check.Pairing.Line;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Histories with verdicts of other checkers. They are not part of this project: the folder is named by the environment
 * (LOCKSTEP_VECTORS) or the system property lockstep.vectors.
 */
final class PublishedHistoriesTest {
    private Path vectors;

    @BeforeEach
    void findVectors() {
        String named = Optional.ofNullable(System.getenv("LOCKSTEP_VECTORS"))
                .orElse(System.getProperty("lockstep.vectors", "../../shared/vectors"));
        vectors = Path.of(named);
        if (!Files.isDirectory(vectors)) {
            System.err.println("SKIPPED: no histories with known verdicts at " + vectors.toAbsolutePath()
                    + "; set LOCKSTEP_VECTORS to their folder");
        }
        Assumptions.assumeTrue(Files.isDirectory(vectors), "no folder " + vectors);
    }

    @Test
    void checker_etcdLogsOfPorcupine_sameVerdicts() throws IOException {
        Map<String, Boolean> expected = expected(vectors.resolve("porcupine/expected.txt"));
        expected.keySet().removeIf(name -> !name.startsWith("etcd_"));
        assertThat(expected).hasSize(102);
        for (Map.Entry<String, Boolean> entry : expected.entrySet()) {
            Path file = vectors.resolve("porcupine/jepsen").resolve(entry.getKey());
            List<Line> lines = new ArrayList<>();
            for (String text : Files.readAllLines(file)) {
                String[] part = text.replaceFirst("^.* - ", "").split("\\s+:|\t", -1);
                if (text.contains("jepsen.util") && part.length >= 4) {
                    lines.add(new Line(part[0].strip(), part[1], part[2], part[3]));
                }
            }
            assertVerdict(file, lines, PublishedHistoriesTest::textUse, entry.getValue());
        }
    }

    @Test
    void checker_keyValueLogsOfPorcupine_sameVerdicts() throws IOException {
        try (Stream<Path> files = Files.list(vectors.resolve("porcupine/kv"))) {
            for (Path file : files.sorted().toList()) {
                assertKeyValue(file, file.getFileName().toString().contains("ok"));
            }
        }
    }

    private static void assertKeyValue(Path file, boolean legal) throws IOException {
        Map<String, List<Line>> byKey = new HashMap<>();
        for (Map<?, ?> map : Edn.maps(Files.readString(file))) {
            byKey.computeIfAbsent((String) map.get(":key"), key -> new ArrayList<>())
                    .add(line(map));
        }
        Linearizability<String, Line> checker = new Linearizability<>(new AppendModel(), Duration.ofSeconds(3));
        Verdict all = Verdict.VALID;
        for (List<Line> lines : byKey.values()) {
            // A get shows its value when it ends, the others say theirs when they begin.
            Pairing<Line> pairing = new Pairing<>((call, end) -> call.f().equals("get") ? end : call);
            all = all.and(checker.judge(pairing.calls(lines)).verdict());
            if (all == Verdict.INVALID) {
                break; // 50 clients on one key can take for ever, and one bad key is enough
            }
        }
        assertThat(all).as(file.toString()).isEqualTo(legal ? Verdict.VALID : Verdict.INVALID);
    }

    private static final class AppendModel implements Model<String, Line> {
        @Override
        public String initial() {
            return "";
        }

        @Override
        public String step(String state, Line line) {
            return switch (line.f()) {
                case "put" -> (String) line.value();
                case "append" -> state + line.value();
                default -> state.equals(line.value()) ? state : null;
            };
        }
    }

    @Test
    void checker_registersOfKnossos_sameVerdicts() throws IOException {
        for (String verdict : List.of("good", "bad")) {
            try (Stream<Path> files = Files.list(vectors.resolve("knossos/cas-register/" + verdict))) {
                for (Path file : files.sorted().toList()) {
                    List<Line> lines = new ArrayList<>();
                    for (Map<?, ?> map : Edn.maps(Files.readString(file))) {
                        lines.add(line(map));
                    }
                    assertVerdict(file, lines, PublishedHistoriesTest::knossosUse, verdict.equals("good"));
                }
            }
        }
    }

    @Test
    void checker_generatedRegisters_sameVerdicts() throws IOException {
        Map<String, Boolean> expected = expected(vectors.resolve("gen-register/expected.txt"));
        assertThat(expected).hasSize(200);
        for (Map.Entry<String, Boolean> entry : expected.entrySet()) {
            Path file = vectors.resolve("gen-register").resolve(entry.getKey());
            List<Line> lines = new ArrayList<>();
            for (String text : Files.readAllLines(file)) {
                JsonObject json = JsonParser.parseString(text).getAsJsonObject();
                lines.add(new Line(
                        json.get("process").getAsString(),
                        json.get("type").getAsString(),
                        json.get("f").getAsString(),
                        plain(json.get("value"))));
            }
            assertVerdict(file, lines, PublishedHistoriesTest::jsonUse, entry.getValue());
        }
    }

    private static Object plain(JsonElement element) {
        if (element.isJsonNull()) {
            return null;
        }
        if (element instanceof JsonArray array) {
            return List.of(array.get(0).getAsString(), array.get(1).getAsString());
        }
        return element.getAsString();
    }

    private static Line line(Map<?, ?> map) {
        return new Line(
                String.valueOf(map.get(":process")),
                ((String) map.get(":type")).substring(1),
                ((String) map.get(":f")).substring(1),
                map.get(":value"));
    }

    private static void assertVerdict(
            Path file, List<Line> lines, java.util.function.BiFunction<Line, Line, Register.Use> toUse, boolean legal) {
        List<Call<Register.Use>> calls = new Pairing<>(toUse).calls(lines);
        Verdict verdict = new Linearizability<>(new Register(), Duration.ofSeconds(60))
                .judge(calls)
                .verdict();
        assertThat(verdict).as(file.toString()).isEqualTo(legal ? Verdict.VALID : Verdict.INVALID);
    }

    /** Here "nil" is an empty register, and a failed swap is one whose comparison did not hold. */
    private static Register.Use textUse(Line call, Line end) {
        boolean known = end != null && !end.type().equals("info");
        return switch (call.f()) {
            case "read" -> known ? new Register.Seen(end.value().equals("nil") ? null : (String) end.value()) : null;
            case "write" -> new Register.Put((String) call.value());
            default -> {
                String[] pair =
                        ((String) call.value()).replaceAll("[\\[\\]]", "").split(" ", 2);
                yield new Register.Swap(pair[0], pair[1], known ? end.type().equals("ok") : null);
            }
        };
    }

    /** Here a failed operation did not happen, and a read of nil says nothing. */
    private static Register.Use knossosUse(Line call, Line end) {
        boolean known = end != null && !end.type().equals("info");
        if (end != null && end.type().equals("fail")) {
            return null;
        }
        return switch (call.f()) {
            case "read" ->
                known && end.value() != null ? new Register.Seen(end.value().toString()) : null;
            case "write" -> new Register.Put(call.value().toString());
            case "cas" -> {
                List<?> pair = (List<?>) call.value();
                yield new Register.Swap(pair.get(0).toString(), pair.get(1).toString(), known ? Boolean.TRUE : null);
            }
            default -> null;
        };
    }

    private static Register.Use jsonUse(Line call, Line end) {
        boolean known = end != null && !end.type().equals("info");
        return switch (call.f()) {
            case "read" -> known ? new Register.Seen((String) end.value()) : null;
            case "write" -> new Register.Put((String) call.value());
            default -> {
                List<?> pair = (List<?>) call.value();
                yield new Register.Swap(
                        (String) pair.get(0),
                        (String) pair.get(1),
                        known ? end.type().equals("ok") : null);
            }
        };
    }

    private static Map<String, Boolean> expected(Path file) throws IOException {
        Map<String, Boolean> verdicts = new HashMap<>();
        for (String line : Files.readAllLines(file)) {
            String[] part = line.split("\\s+");
            verdicts.put(part[0], Boolean.parseBoolean(part[1]));
        }
        return verdicts;
    }
}
