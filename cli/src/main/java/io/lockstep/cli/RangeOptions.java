package io.lockstep.cli;

import io.lockstep.client.KeyRange;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The ways to say which keys, beside the key itself and the end of a range. */
final class RangeOptions {
    @Option(names = "--prefix", description = "All keys that begin with KEY.")
    boolean prefix;

    @Option(names = "--from-key", description = "KEY and all keys after it.")
    boolean fromKey;

    void check(@Nullable String end) {
        if (prefix && fromKey) {
            throw CommandFailed.usage("--prefix and --from-key exclude each other: choose one");
        }
        if (end != null && (prefix || fromKey)) {
            throw CommandFailed.usage(
                    "with " + (prefix ? "--prefix" : "--from-key") + " give one key, without an end of the range");
        }
    }

    /** An empty key is none, unless it stands for all. */
    void check(String key, @Nullable String end) {
        check(end);
        if (key.isEmpty() && !prefix && !fromKey) {
            throw CommandFailed.usage("the key is empty: give a key, or --prefix or --from-key for all keys");
        }
    }

    KeyRange of(String key, @Nullable String end) {
        if (prefix) {
            return KeyRange.prefix(Bytes.of(key));
        }
        if (fromKey) {
            return KeyRange.from(Bytes.of(key));
        }
        return end == null ? KeyRange.single(Bytes.of(key)) : KeyRange.between(Bytes.of(key), Bytes.of(end));
    }
}
