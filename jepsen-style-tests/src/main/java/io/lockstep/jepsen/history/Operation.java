package io.lockstep.jepsen.history;

import org.jspecify.annotations.Nullable;

/**
 * One call of one client, from the moment before it was sent to the moment after its answer.
 *
 * @param index unique in a history, in order of invocation
 * @param process a logical client that has one operation open at a time; after an unknown outcome its thread goes on as
 *     another process
 * @param node the member that was asked, from 1
 * @param invokedNanos from one monotonic clock of the harness, read before the request was handed over
 * @param returnedNanos the same clock, read after the answer or the error arrived
 * @param answer present exactly if the outcome is OK
 * @param error text for a person, absent if the outcome is OK
 */
public record Operation(
        int index,
        int process,
        int node,
        Action action,
        long invokedNanos,
        long returnedNanos,
        Outcome outcome,
        @Nullable Answer answer,
        @Nullable String error) {

    public Operation {
        if (returnedNanos < invokedNanos) {
            throw new IllegalArgumentException("operation " + index + " returned before it was invoked");
        }
        if ((outcome == Outcome.OK) != (answer != null)) {
            throw new IllegalArgumentException("operation " + index + " is " + outcome + " with answer " + answer);
        }
    }

    /** The answer of an operation that is OK. */
    public Answer known() {
        if (answer == null) {
            throw new IllegalStateException("operation " + index + " has no answer: " + outcome);
        }
        return answer;
    }

    /** True if it changed the store for certain. */
    public boolean changedStore() {
        return action.mutates()
                && answer != null
                && answer.succeeded()
                && answer.acknowledged().committed();
    }

    /** True for a write that may have taken effect, or may yet: its outcome is unknown, or it was only accepted. */
    public boolean effectIsOpen() {
        return action.mutates()
                && (outcome == Outcome.UNKNOWN
                        || (answer != null && !answer.acknowledged().committed()));
    }

    /** When its effect must be over: never, if it is open. */
    public long latestEffectNanos() {
        return outcome == Outcome.UNKNOWN || effectIsOpen() ? Long.MAX_VALUE : returnedNanos;
    }

    /** One line for a person, times in seconds since {@code originNanos}. */
    public String describe(long originNanos) {
        String said = switch (outcome) {
            case OK -> describeAnswer();
            case FAIL -> "failed: " + error;
            case UNKNOWN -> "unknown: " + error;
        };
        return String.format(
                "#%d process %d on n%d %s -> %s [%.4f s .. %.4f s]",
                index,
                process,
                node,
                action,
                said,
                (invokedNanos - originNanos) / 1e9,
                (returnedNanos - originNanos) / 1e9);
    }

    private String describeAnswer() {
        Answer known = known();
        StringBuilder text = new StringBuilder("rev ").append(known.revision());
        if (action.mutates()) {
            text.append(known.succeeded() ? ", done" : ", not done");
            text.append(known.acknowledged().committed() ? "" : ", only accepted");
            text.append(
                    known.acknowledged().missing().isEmpty()
                            ? ""
                            : ", not by " + known.acknowledged().missing());
        }
        if (known.versions().size() == 1) {
            Version only = known.versions().get(0);
            text.append(", ")
                    .append(only.value())
                    .append(" (mod ")
                    .append(only.modRevision())
                    .append(')');
        } else if (!action.mutates() || !known.succeeded()) {
            text.append(", ").append(known.versions().size()).append(" keys");
        }
        return text.toString();
    }
}
