package io.lockstep.cli;

import io.lockstep.client.Consistency;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code --consistency}: our words, and etcdctl's. */
final class ConsistencyConverter implements ITypeConverter<Consistency> {
    @Override
    public Consistency convert(String text) {
        return switch (text) {
            case "l", "linearizable" -> Consistency.linearizable();
            case "s", "stale", "serializable" -> Consistency.stale();
            default ->
                throw new TypeConversionException(
                        "is neither linearizable (l: sees every acknowledged write) nor stale (s: what the asked node has)");
        };
    }
}
