package io.lockstep.node.apply;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plays the files in {@code transcripts}: a command, a line of dashes, the expected answer, an empty line. */
class TranscriptTest {
    @TempDir
    Path temp;

    @ParameterizedTest
    @ValueSource(strings = {"keys.txt", "ranges.txt", "txns.txt", "compaction.txt", "leases.txt", "alarms.txt"})
    void transcript_givesTheAnswersItShows(String file) throws IOException {
        String text = read(file);
        Transcript transcript = new Transcript(new StateHarness(temp.resolve("state")));
        StringBuilder played = new StringBuilder();
        for (String block : text.split("\n\n+")) {
            if (block.startsWith("#")) {
                played.append(block).append("\n\n");
                continue;
            }
            String command = block.split("\n?----(\n|$)", 2)[0];
            played.append(command)
                    .append("\n----\n")
                    .append(transcript.run(command))
                    .append("\n\n");
        }
        transcript.close();
        assertThat(played.toString().strip()).isEqualTo(text.strip());
    }

    private static String read(String file) throws IOException {
        try (InputStream in = TranscriptTest.class.getResourceAsStream("/transcripts/" + file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
