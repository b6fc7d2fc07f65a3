package io.lockstep.cli;

import io.lockstep.client.Consistency;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code --consistency}: our words, and etcdctl's. */
final class ConsistencyConverter implements ITypeConverter<Consistency> {
    private static final String BOUNDED = "bounded:";
    private static final String REVISION = "revision:";

    @Override
    public Consistency convert(String text) {
        if (text.startsWith(BOUNDED)) {
            return Consistency.atMost(new Durations().convert(text.substring(BOUNDED.length())));
        }
        if (text.startsWith(REVISION)) {
            return Consistency.atLeast(revision(text.substring(REVISION.length())));
        }
        return switch (text) {
            case "l", "linearizable" -> Consistency.linearizable();
            case "s", "stale", "serializable" -> Consistency.stale();
            default ->
                throw new TypeConversionException(
                        "is none of linearizable (l: sees every acknowledged write), stale (s: what the asked node has),"
                                + " bounded:500ms (lags no more than that) and revision:42 (has at least that revision)");
        };
    }

    private static long revision(String text) {
        try {
            long revision = Long.parseLong(text);
            if (revision > 0) {
                return revision;
            }
        } catch (NumberFormatException bad) {
            // said below
        }
        throw new TypeConversionException("has no revision: write revision:42");
    }
}
