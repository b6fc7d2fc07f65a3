package io.lockstep.jepsen.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.jepsen.check.EventLog;
import io.lockstep.jepsen.history.Ack;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Answer;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import io.lockstep.jepsen.history.Version;
import io.lockstep.jepsen.nemesis.FaultKind;
import io.lockstep.jepsen.nemesis.FaultRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HistoryFileTest {
    private static final Version VERSION = new Version("k \"\u00e9", "v\n", 2, 3, 2);

    private static final Map<Integer, List<Long>> STARTS = Map.of(1, List.of(5L, 400L), 2, List.of(6L));

    @TempDir
    Path folder;

    private static List<Operation> everyKind() {
        List<Action> actions = List.of(
                new Action.Read("k", Consistency.LINEARIZABLE),
                new Action.Read("k", Consistency.STALE),
                new Action.Read("k", Consistency.BOUNDED),
                new Action.Read("k", Consistency.BOUNDED_HERE),
                new Action.Read("k", Consistency.SESSION),
                new Action.ReadSince("k", 7),
                new Action.ReadAt("k", 9),
                new Action.Scan("k/", Consistency.LINEARIZABLE),
                new Action.Scan("k/", Consistency.STALE),
                new Action.Write("k", "v"),
                new Action.Write("k", "v", Ack.ALL),
                new Action.Write("k", "v", Ack.ACCEPTED),
                new Action.CompareAndSet("k", "a\"b", "c"),
                new Action.CompareAndSet("k", null, "c"),
                new Action.WriteBoth("k", "other", "d"),
                new Action.Delete("k"));
        List<Operation> history = new ArrayList<>();
        for (Action action : actions) {
            for (Outcome outcome : Outcome.values()) {
                int index = history.size();
                boolean ok = outcome == Outcome.OK;
                history.add(new Operation(
                        index,
                        index % 4,
                        1 + index % 3,
                        action,
                        100L * index,
                        100L * index + 250,
                        outcome,
                        ok
                                ? new Answer(
                                        5,
                                        index % 2 == 0,
                                        List.of(VERSION),
                                        index % 3 == 0 ? Answer.UNPROVEN : index,
                                        new Answer.Acknowledged(
                                                index % 4 != 0, index % 5 == 0 ? List.of(7L) : List.of()))
                                : null,
                        ok ? null : "why"));
            }
        }
        return history;
    }

    @Test
    void history_writtenAndRead_isTheSame() throws IOException {
        Path file = folder.resolve("h.jsonl");
        FaultRecord fault = new FaultRecord(FaultKind.KILL_ONE, List.of(1), 150, 350, 0, true, "");
        HistoryFile.write(file, everyKind(), List.of(fault), STARTS);
        assertThat(HistoryFile.read(file)).isEqualTo(everyKind());
        assertThat(HistoryFile.readStarts(file)).isEqualTo(STARTS);
    }

    @Test
    void history_thatStopsInTheMiddle_leavesOperationsUnknown() throws IOException {
        Path file = folder.resolve("h.jsonl");
        HistoryFile.write(file, everyKind().subList(0, 1), List.of(), Map.of());
        Files.write(file, Files.readAllLines(file).subList(0, 1));
        assertThat(HistoryFile.read(file)).singleElement().matches(each -> each.outcome() == Outcome.UNKNOWN);
    }

    @Test
    void history_withALineThatIsNone_saysWhich() throws IOException {
        Path file = Files.writeString(folder.resolve("h.jsonl"), "{}\nno history\n");
        assertThatThrownBy(() -> HistoryFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("line 2 of");
    }

    @Test
    void log_writtenAndRead_isTheSame() throws IOException {
        EventLog log =
                new EventLog(List.of(new EventLog.Change(2, "k", VERSION), new EventLog.Change(3, "k", null)), 3);
        Path file = folder.resolve("log.jsonl");
        HistoryFile.writeLog(file, log);
        assertThat(EventLog.difference(log, HistoryFile.readLog(file))).isEmpty();
    }
}
