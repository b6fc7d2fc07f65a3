package io.lockstep.node.apply;

import static io.lockstep.node.apply.StateHarness.compact;
import static io.lockstep.node.apply.StateHarness.put;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A crash between any two steps of an install, and of the founding, leaves the state before or the state after. */
class InterruptedInstallTest {
    private static final long OLD_INDEX = 1;
    private static final long NEW_INDEX = 4;

    @TempDir
    Path temp;

    private Path checkpoint;
    private Path directory;

    @BeforeEach
    void stateAndNewerCheckpoint() {
        checkpoint = temp.resolve("checkpoint");
        try (StateHarness newer = new StateHarness(temp.resolve("newer"))) {
            newer.run(put("a", "1"));
            newer.run(put("a", "2"));
            newer.run(put("a", "3"));
            newer.run(compact(3));
            newer.state.checkpoint(checkpoint);
        }
        directory = temp.resolve("state");
        try (StateHarness older = new StateHarness(directory)) {
            older.run(put("a", "1"));
        }
    }

    /** Opens twice: what the first start tidies up must not be needed by the second. */
    private void assertOpensAt(long index, String onlyDatabase) throws IOException {
        for (int start = 0; start < 2; start++) {
            try (StateHarness node = new StateHarness(directory)) {
                assertThat(node.state.appliedIndex()).isEqualTo(index);
            }
            assertThat(databases()).containsExactly(onlyDatabase);
        }
    }

    private List<String> databases() throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith("db-"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void crashWhileFilesAreBroughtIn_leavesTheOldState() throws Exception {
        Path half = Files.createDirectory(directory.resolve("db-2"));
        Files.copy(checkpoint.resolve("CURRENT"), half.resolve("CURRENT"));
        assertOpensAt(OLD_INDEX, "db-1");
    }

    @Test
    void crashBeforeCurrentIsWritten_leavesTheOldState() throws Exception {
        StateDirectory.open(directory).bringIn(checkpoint);
        assertThat(databases()).containsExactly("db-1", "db-2");
        assertOpensAt(OLD_INDEX, "db-1");
    }

    @Test
    void crashWhileCurrentIsWritten_leavesTheOldState() throws Exception {
        StateDirectory.open(directory).bringIn(checkpoint);
        Files.writeString(directory.resolve("CURRENT.tmp"), "db-");
        assertOpensAt(OLD_INDEX, "db-1");
    }

    @Test
    void crashAfterCurrentIsWritten_leavesTheNewState() throws Exception {
        StateDirectory files = StateDirectory.open(directory);
        files.makeCurrent(files.bringIn(checkpoint));
        assertOpensAt(NEW_INDEX, "db-2");
    }

    @Test
    void crashWhileTheOldStateIsRemoved_leavesTheNewState() throws Exception {
        StateDirectory files = StateDirectory.open(directory);
        files.makeCurrent(files.bringIn(checkpoint));
        Files.delete(directory.resolve("db-1").resolve("CURRENT"));
        assertOpensAt(NEW_INDEX, "db-2");
    }

    @Test
    void install_leavesTheCheckpointAsItWas() throws Exception {
        String before = contents(checkpoint);
        try (StateHarness node = new StateHarness(directory)) {
            node.state.install(checkpoint);
            node.run(put("b", "1"));
            node.state.flush();
        }
        assertThat(contents(checkpoint)).isEqualTo(before);
        assertOpensAt(NEW_INDEX + 1, "db-2");
    }

    private static String contents(Path of) throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.list(of)) {
            for (Path file : files.sorted().toList()) {
                text.append(file.getFileName()).append(java.util.Arrays.hashCode(Files.readAllBytes(file)));
            }
        }
        return text.toString();
    }

    @Test
    void crashWhileFounding_foundsAnew() throws Exception {
        Path fresh = temp.resolve("fresh");
        Files.createDirectories(fresh.resolve("db-1"));
        Files.writeString(fresh.resolve("db-1").resolve("000004.sst"), "cut short");
        directory = fresh;
        assertOpensAt(0, "db-1");
    }

    @Test
    void crashBetweenCurrentAndFormat_keepsTheFoundedState() throws Exception {
        Files.delete(directory.resolve("FORMAT"));
        assertOpensAt(OLD_INDEX, "db-1");
        assertThat(StateDirectory.open(directory).current()).isEqualTo(Optional.of(directory.resolve("db-1")));
        assertThat(directory.resolve("FORMAT")).exists();
    }
}
