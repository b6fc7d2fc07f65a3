package io.lockstep.bench.load;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the operations of a load are. */
public enum Mix {
    /** Puts of random values. */
    PUT(false),
    /** Linearizable reads of one key. */
    GET(true),
    /** Reads of one key from the state of the node that is asked. */
    STALE_GET(true),
    /** Puts that hold only if the key has not changed since this client last saw it. */
    TXN_CAS(true),
    /** Linearizable reads of 100 neighbouring keys. */
    RANGE_100(true),
    /** Reads of 100 neighbouring keys from the state of the node that is asked. */
    STALE_RANGE_100(true),
    /** Half puts, half linearizable reads of one key. */
    MIXED(true);

    private final boolean reads;

    Mix(boolean reads) {
        this.reads = reads;
    }

    /** Whether the keys must be there before the load means anything. */
    public boolean reads() {
        return reads;
    }

    /** The name on command lines and in reports. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The mix of this label; IllegalArgumentException names the labels that exist. */
    public static Mix ofLabel(String label) {
        return Arrays.stream(values())
                .filter(mix -> mix.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no mix " + label + ", only " + labels()));
    }

    /** All labels, for messages. */
    public static String labels() {
        return Arrays.stream(values()).map(Mix::label).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return label();
    }
}
