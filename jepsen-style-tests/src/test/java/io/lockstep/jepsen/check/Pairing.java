package io.lockstep.jepsen.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Pairs the lines of a published history, in order, into calls. */
final class Pairing<C> {

    /** A line of a history: who, :invoke or how it ended, what. */
    record Line(String process, String type, String f, Object value) {}

    private final BiFunction<Line, Line, C> toCall;

    /** @param toCall from the invocation and the end (null: never ended) to a call, or null to leave it out */
    Pairing(BiFunction<Line, Line, C> toCall) {
        this.toCall = toCall;
    }

    List<Call<C>> calls(List<Line> lines) {
        Map<String, Integer> open = new HashMap<>();
        List<Call<C>> calls = new ArrayList<>();
        int[] ends = new int[lines.size()];
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            if (line.type().equals("invoke")) {
                open.put(line.process(), i);
            } else if (open.containsKey(line.process())) {
                ends[open.remove(line.process())] = i;
            }
        }
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            if (!line.type().equals("invoke")) {
                continue;
            }
            Line end = ends[i] == 0 ? null : lines.get(ends[i]);
            C call = toCall.apply(line, end);
            boolean known = end != null && !end.type().equals("info");
            if (call != null) {
                calls.add(new Call<>(call, i, known ? ends[i] : Call.OPEN, line + " -> " + end));
            }
        }
        return calls;
    }
}
