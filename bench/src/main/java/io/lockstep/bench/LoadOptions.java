package io.lockstep.bench;

import io.lockstep.bench.load.LoadSpec;
import picocli.CommandLine.Option;

/** The options that say what keys a load works on; shared by the commands. */
final class LoadOptions {
    @Option(
            names = "--keys",
            defaultValue = "10000",
            paramLabel = "N",
            description = "number of keys (default: ${DEFAULT-VALUE})")
    int keys;

    @Option(
            names = "--value-size",
            paramLabel = "BYTES",
            description = "size of the values (default: ${DEFAULT-VALUE})")
    int valueBytes;

    LoadOptions() {
        this(256);
    }

    LoadOptions(int valueBytes) {
        this.valueBytes = valueBytes;
    }

    @Option(
            names = "--distribution",
            defaultValue = "uniform",
            paramLabel = "uniform|zipf",
            description = "how often which key (default: ${DEFAULT-VALUE})")
    String distribution = "uniform";

    @Option(
            names = "--seed",
            defaultValue = "1",
            paramLabel = "N",
            description = "seed of all choices (default: ${DEFAULT-VALUE})")
    long seed;

    LoadSpec.KeySpec keySpec() {
        if (!distribution.equals("uniform") && !distribution.equals("zipf")) {
            throw new IllegalArgumentException("--distribution is " + distribution + "; allowed are uniform and zipf");
        }
        return new LoadSpec.KeySpec(keys, distribution.equals("zipf"), valueBytes);
    }
}
