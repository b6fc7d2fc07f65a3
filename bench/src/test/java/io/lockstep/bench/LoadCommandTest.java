package io.lockstep.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.lockstep.bench.ceiling.NullServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LoadCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void load_ofTwoMixes_printsARowForEachAndWritesJson() throws Exception {
        Path json = folder.resolve("result.json");
        try (NullServer server = new NullServer(0)) {
            String args = "load --mix put,get --clients 2 --seconds 1 --warmup 0 --keys 50 --distribution zipf"
                    + " --endpoints " + server.endpoint() + " --json " + json;
            assertThat(execute(args.split(" ", -1))).isZero();
            assertThat(err.toString()).isEmpty();
        }
        assertThat(out.toString().lines().filter(line -> line.startsWith("put ") || line.startsWith("get ")))
                .hasSize(2);
        JsonObject report = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
        assertThat(report.getAsJsonObject("keys").get("count").getAsInt()).isEqualTo(50);
        JsonObject first = report.getAsJsonArray("results").get(0).getAsJsonObject();
        assertThat(first.get("mix").getAsString()).isEqualTo("put");
        assertThat(first.get("operations").getAsLong()).isPositive();
        assertThat(first.getAsJsonObject("latencyMicros").get("p99").getAsDouble())
                .isPositive();
    }

    @Test
    void load_withAWrongOption_isAUsageError() {
        assertThat(execute("load", "--mix", "nope")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).startsWith("there is no mix nope, only put, get,");
        assertThat(execute("load", "--distribution", "normal")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(execute("load", "--clients", "0")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(execute("compare", "--pairs", "0")).isEqualTo(CommandLine.ExitCode.USAGE);
    }

    private int execute(String... args) {
        return new CommandLine(new BenchCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
