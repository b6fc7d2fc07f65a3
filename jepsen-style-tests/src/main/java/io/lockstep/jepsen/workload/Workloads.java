package io.lockstep.jepsen.workload;

import java.util.List;

/** The workloads by name. */
public final class Workloads {
    public static final List<String> NAMES = List.of(
            RegisterWorkload.NAME,
            SetWorkload.NAME,
            StalenessWorkload.NAME,
            SessionWorkload.NAME,
            AckWorkload.NAME,
            WatchWorkload.NAME,
            LeaseWorkload.NAME);

    private Workloads() {}

    /** Whether the workload uses what only Lockstep has. */
    public static boolean needsDial(String name) {
        return switch (name) {
            case StalenessWorkload.NAME, SessionWorkload.NAME, AckWorkload.NAME -> true;
            default -> false;
        };
    }

    /**
     * @param threads how many client threads will ask
     * @param bounded whether the server knows reads with a bound on their staleness
     */
    public static Workload create(String name, int threads, boolean bounded) {
        return switch (name) {
            case RegisterWorkload.NAME -> new RegisterWorkload(threads, bounded);
            case SetWorkload.NAME -> new SetWorkload();
            case StalenessWorkload.NAME -> new StalenessWorkload();
            case SessionWorkload.NAME -> new SessionWorkload(threads);
            case AckWorkload.NAME -> new AckWorkload();
            case WatchWorkload.NAME -> new WatchWorkload();
            case LeaseWorkload.NAME -> new LeaseWorkload();
            default -> throw new IllegalArgumentException("no workload " + name + ": choose from " + NAMES);
        };
    }
}
