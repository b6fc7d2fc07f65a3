package io.lockstep.jepsen.run;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.lockstep.jepsen.check.EventLog;
import io.lockstep.jepsen.history.Ack;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Answer;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import io.lockstep.jepsen.history.Version;
import io.lockstep.jepsen.nemesis.FaultRecord;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Histories as JSON lines, by time: an operation is a line when it is invoked and one when it ends, with the same index;
 * faults have a line when they begin and one when they end. Beside it lies the event log, one change a line.
 */
public final class HistoryFile {
    private static final String END_OF_LOG = "end";
    private static final String PROCESS_START = "process-start";

    private HistoryFile() {}

    private record Line(long timeNanos, JsonObject json) {}

    /** @param starts when each node's process was started, by node */
    static void write(Path file, List<Operation> history, List<FaultRecord> faults, Map<Integer, List<Long>> starts)
            throws IOException {
        List<Line> lines = new ArrayList<>();
        starts.forEach((node, times) -> times.forEach(time -> lines.add(new Line(time, startLine(node, time)))));
        for (Operation operation : history) {
            lines.add(new Line(operation.invokedNanos(), invocation(operation)));
            lines.add(new Line(operation.returnedNanos(), end(operation)));
        }
        for (FaultRecord fault : faults) {
            lines.add(new Line(fault.beganNanos(), faultLine(fault, "start", fault.beganNanos())));
            lines.add(new Line(fault.endedNanos(), faultLine(fault, "stop", fault.endedNanos())));
        }
        lines.sort(Comparator.comparingLong(Line::timeNanos));
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (Line line : lines) {
                out.write(line.json().toString());
                out.newLine();
            }
        }
    }

    private static JsonObject common(Operation operation, String type, long timeNanos) {
        JsonObject json = new JsonObject();
        json.addProperty("index", operation.index());
        json.addProperty("time", timeNanos);
        json.addProperty("process", operation.process());
        json.addProperty("node", operation.node());
        json.addProperty("type", type);
        json.addProperty("f", operation.action().name());
        json.addProperty("key", operation.action().key());
        return json;
    }

    private static JsonObject invocation(Operation operation) {
        JsonObject json = common(operation, "invoke", operation.invokedNanos());
        if (operation.action() instanceof Action.Write write) {
            json.addProperty("value", write.value());
        } else if (operation.action() instanceof Action.WriteBoth write) {
            json.addProperty("other", write.other());
            json.addProperty("value", write.value());
        } else if (operation.action() instanceof Action.CompareAndSet swap) {
            json.add(
                    "expected",
                    swap.expected() == null ? JsonNull.INSTANCE : JsonParser.parseString(quoted(swap.expected())));
            json.addProperty("value", swap.value());
        } else if (operation.action() instanceof Action.ReadAt read) {
            json.addProperty("at", read.atRevision());
        } else if (operation.action() instanceof Action.ReadSince read) {
            json.addProperty("since", read.minRevision());
        }
        return json;
    }

    private static String quoted(String text) {
        return new com.google.gson.JsonPrimitive(text).toString();
    }

    private static JsonObject end(Operation operation) {
        JsonObject json =
                common(operation, operation.outcome().name().toLowerCase(Locale.ROOT), operation.returnedNanos());
        if (operation.outcome() != Outcome.OK) {
            json.addProperty("error", operation.error());
            return json;
        }
        Answer answer = operation.known();
        json.addProperty("revision", answer.revision());
        json.addProperty("succeeded", answer.succeeded());
        JsonArray versions = new JsonArray();
        answer.versions().forEach(version -> versions.add(versionJson(version)));
        json.add("versions", versions);
        if (answer.stalenessMillis() != Answer.UNPROVEN) {
            json.addProperty("staleness", answer.stalenessMillis());
        }
        if (!answer.acknowledged().committed()) {
            json.addProperty("committed", false);
        }
        if (!answer.acknowledged().missing().isEmpty()) {
            JsonArray missing = new JsonArray();
            answer.acknowledged().missing().forEach(missing::add);
            json.add("missing", missing);
        }
        return json;
    }

    /** Key, value, create revision, mod revision, version. */
    private static JsonArray versionJson(Version version) {
        JsonArray json = new JsonArray();
        json.add(version.key());
        json.add(version.value());
        json.add(version.createRevision());
        json.add(version.modRevision());
        json.add(version.version());
        return json;
    }

    private static Version versionOf(JsonElement json) {
        JsonArray array = json.getAsJsonArray();
        return new Version(
                array.get(0).getAsString(),
                array.get(1).getAsString(),
                array.get(2).getAsLong(),
                array.get(3).getAsLong(),
                array.get(4).getAsLong());
    }

    private static JsonObject faultLine(FaultRecord fault, String type, long timeNanos) {
        JsonObject json = new JsonObject();
        json.addProperty("time", timeNanos);
        json.addProperty("process", "nemesis");
        json.addProperty("type", type);
        json.addProperty("f", fault.kind().label());
        json.addProperty("effective", fault.effective());
        json.addProperty("recoveryMillis", fault.recoveryMillis());
        json.addProperty("detail", fault.detail());
        return json;
    }

    private static JsonObject startLine(int node, long timeNanos) {
        JsonObject json = new JsonObject();
        json.addProperty("time", timeNanos);
        json.addProperty("process", "nemesis");
        json.addProperty("type", PROCESS_START);
        json.addProperty("node", node);
        return json;
    }

    /** When each node's process was started, by node. */
    public static Map<Integer, List<Long>> readStarts(Path file) throws IOException {
        Map<Integer, List<Long>> starts = new HashMap<>();
        try (BufferedReader in = Files.newBufferedReader(file)) {
            for (String text = in.readLine(); text != null; text = in.readLine()) {
                JsonObject json = JsonParser.parseString(text).getAsJsonObject();
                if (json.has("type") && json.get("type").getAsString().equals(PROCESS_START)) {
                    starts.computeIfAbsent(json.get("node").getAsInt(), node -> new ArrayList<>())
                            .add(json.get("time").getAsLong());
                }
            }
        }
        return starts;
    }

    /** The operations of a file, in order of invocation. */
    public static List<Operation> read(Path file) throws IOException {
        Map<Integer, JsonObject> open = new HashMap<>();
        List<Operation> history = new ArrayList<>();
        int number = 0;
        try (BufferedReader in = Files.newBufferedReader(file)) {
            for (String text = in.readLine(); text != null; text = in.readLine()) {
                number++;
                try {
                    readLine(JsonParser.parseString(text).getAsJsonObject(), open, history);
                } catch (RuntimeException e) {
                    throw new IOException(
                            "line " + number + " of " + file + " is not of a history: " + e.getMessage(), e);
                }
            }
        }
        // The run ended before the operation did.
        open.values().forEach(line -> history.add(operation(line, null)));
        history.sort(Comparator.comparingInt(Operation::index));
        return history;
    }

    private static void readLine(JsonObject json, Map<Integer, JsonObject> open, List<Operation> history) {
        if (!json.has("index")) {
            return; // a fault
        }
        int index = json.get("index").getAsInt();
        if (json.get("type").getAsString().equals("invoke")) {
            open.put(index, json);
            return;
        }
        JsonObject invocation = open.remove(index);
        if (invocation == null) {
            throw new IllegalArgumentException("operation " + index + " ends without having begun");
        }
        history.add(operation(invocation, json));
    }

    private static Operation operation(JsonObject invocation, @Nullable JsonObject end) {
        long invoked = invocation.get("time").getAsLong();
        Outcome outcome = end == null
                ? Outcome.UNKNOWN
                : Outcome.valueOf(end.get("type").getAsString().toUpperCase(Locale.ROOT));
        return new Operation(
                invocation.get("index").getAsInt(),
                invocation.get("process").getAsInt(),
                invocation.get("node").getAsInt(),
                action(invocation),
                invoked,
                end == null ? invoked : end.get("time").getAsLong(),
                outcome,
                end != null && outcome == Outcome.OK ? answer(end) : null,
                outcome == Outcome.OK
                        ? null
                        : end == null ? "no end" : end.get("error").getAsString());
    }

    private static Action action(JsonObject json) {
        String key = json.get("key").getAsString();
        String f = json.get("f").getAsString();
        return switch (f) {
            case "read" -> new Action.Read(key, Consistency.LINEARIZABLE);
            case "stale-read" -> new Action.Read(key, Consistency.STALE);
            case "bounded-read" -> new Action.Read(key, Consistency.BOUNDED);
            case "bounded-here-read" -> new Action.Read(key, Consistency.BOUNDED_HERE);
            case "session-read" -> new Action.Read(key, Consistency.SESSION);
            case "read-at" -> new Action.ReadAt(key, json.get("at").getAsLong());
            case "revision-read" -> new Action.ReadSince(key, json.get("since").getAsLong());
            case "scan" -> new Action.Scan(key, Consistency.LINEARIZABLE);
            case "stale-scan" -> new Action.Scan(key, Consistency.STALE);
            case "write" -> new Action.Write(key, json.get("value").getAsString());
            case "write-all" -> new Action.Write(key, json.get("value").getAsString(), Ack.ALL);
            case "write-accepted" -> new Action.Write(key, json.get("value").getAsString(), Ack.ACCEPTED);
            case "write-both" ->
                new Action.WriteBoth(
                        key, json.get("other").getAsString(), json.get("value").getAsString());
            case "cas" ->
                new Action.CompareAndSet(
                        key,
                        json.get("expected").isJsonNull()
                                ? null
                                : json.get("expected").getAsString(),
                        json.get("value").getAsString());
            case "delete" -> new Action.Delete(key);
            default -> throw new IllegalArgumentException("no operation " + f);
        };
    }

    private static Answer answer(JsonObject json) {
        List<Version> versions = new ArrayList<>();
        json.getAsJsonArray("versions").forEach(each -> versions.add(versionOf(each)));
        return new Answer(
                json.get("revision").getAsLong(),
                json.get("succeeded").getAsBoolean(),
                versions,
                json.has("staleness") ? json.get("staleness").getAsLong() : Answer.UNPROVEN,
                acknowledged(json));
    }

    private static Answer.Acknowledged acknowledged(JsonObject json) {
        List<Long> missing = new ArrayList<>();
        if (json.has("missing")) {
            json.getAsJsonArray("missing").forEach(member -> missing.add(member.getAsLong()));
        }
        return new Answer.Acknowledged(!json.has("committed"), missing);
    }

    static void writeLog(Path file, EventLog log) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (EventLog.Change change : log.changes()) {
                JsonObject json = new JsonObject();
                json.addProperty("revision", change.revision());
                json.addProperty("key", change.key());
                json.add("after", change.after() == null ? JsonNull.INSTANCE : versionJson(change.after()));
                out.write(json.toString());
                out.newLine();
            }
            JsonObject end = new JsonObject();
            end.addProperty(END_OF_LOG, log.lastRevision());
            out.write(end.toString());
            out.newLine();
        }
    }

    public static EventLog readLog(Path file) throws IOException {
        List<EventLog.Change> changes = new ArrayList<>();
        for (String text : Files.readAllLines(file)) {
            JsonObject json = JsonParser.parseString(text).getAsJsonObject();
            if (json.has(END_OF_LOG)) {
                return new EventLog(changes, json.get(END_OF_LOG).getAsLong());
            }
            JsonElement after = json.get("after");
            changes.add(new EventLog.Change(
                    json.get("revision").getAsLong(),
                    json.get("key").getAsString(),
                    after.isJsonNull() ? null : versionOf(after)));
        }
        throw new IOException(file + " ends too early: its last line is missing");
    }
}
