package io.lockstep.jepsen.workload;

import java.util.List;

/** The workloads by name. */
public final class Workloads {
    public static final List<String> NAMES = List.of(RegisterWorkload.NAME, SetWorkload.NAME);

    private Workloads() {}

    /** @param threads how many client threads will ask */
    public static Workload create(String name, int threads) {
        return switch (name) {
            case RegisterWorkload.NAME -> new RegisterWorkload(threads);
            case SetWorkload.NAME -> new SetWorkload();
            default -> throw new IllegalArgumentException("no workload " + name + ": choose from " + NAMES);
        };
    }
}
