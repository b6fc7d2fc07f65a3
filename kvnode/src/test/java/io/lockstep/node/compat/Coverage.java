package io.lockstep.node.compat;

import com.google.protobuf.Message;
import java.util.Map;
import java.util.TreeMap;

/** Counts what kinds of requests were sent and how the oracle answered: a test that only meets errors would prove little. */
final class Coverage {
    private final Map<String, Integer> counts = new TreeMap<>();

    void count(Message request, Answer answer) {
        String outcome = answer instanceof Answer.Refused refused ? refused.toString() : "answered";
        counts.merge(request.getDescriptorForType().getName() + " " + outcome, 1, Integer::sum);
    }

    int of(String requestAndOutcome) {
        return counts.getOrDefault(requestAndOutcome, 0);
    }

    int total() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        counts.forEach((key, count) -> text.append(String.format("%6d %s%n", count, key)));
        return text.toString();
    }
}
