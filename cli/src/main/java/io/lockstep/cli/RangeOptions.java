package io.lockstep.cli;

import io.lockstep.client.KeyRange;
import org.jspecify.annotations.Nullable;

/** The three ways to say which keys. */
final class RangeOptions {
    private RangeOptions() {}

    static void check(boolean prefix, boolean fromKey, @Nullable String end) {
        if (prefix && fromKey) {
            throw CommandFailed.usage("--prefix and --from-key exclude each other: choose one");
        }
        if (end != null && (prefix || fromKey)) {
            throw CommandFailed.usage(
                    "with " + (prefix ? "--prefix" : "--from-key") + " give one key, without an end of the range");
        }
    }

    static KeyRange of(String key, boolean prefix, boolean fromKey, @Nullable String end) {
        if (prefix) {
            return KeyRange.prefix(Bytes.of(key));
        }
        if (fromKey) {
            return KeyRange.from(Bytes.of(key));
        }
        return end == null ? KeyRange.single(Bytes.of(key)) : KeyRange.between(Bytes.of(key), Bytes.of(end));
    }
}
