package io.lockstep.jepsen.nemesis;

import io.lockstep.jepsen.cluster.Gear;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The faults that can be done to a cluster. */
public enum FaultKind {
    PARTITION_HALVES(Group.PARTITION, true),
    PARTITION_LEADER(Group.PARTITION, true),
    /** Packets to one node are lost, those from it arrive. */
    PARTITION_ONE_WAY_IN(Group.PARTITION, true),
    /** Packets from one node are lost, those to it arrive. */
    PARTITION_ONE_WAY_OUT(Group.PARTITION, true),
    KILL_LEADER(Group.KILL, true),
    KILL_ONE(Group.KILL, true),
    KILL_MAJORITY(Group.KILL, false),
    KILL_ALL(Group.KILL, false),
    PAUSE_LEADER(Group.PAUSE, true),
    PAUSE_ONE(Group.PAUSE, true),
    PAUSE_MAJORITY(Group.PAUSE, false),
    POWER_ONE(Group.POWER, true),
    POWER_ALL(Group.POWER, false),
    /** Every process stops itself now and then, between two steps of a read, and goes on some time later. */
    STOP_AT_STEPS(Group.STOPS, false),
    /** A follower is cut off until the others' logs no longer reach back to it: it comes back by a snapshot. */
    AWAY_FOLLOWER(Group.SNAPSHOT, true),
    /** A node that is cut off has a clock slower than others, by no more than it was told to allow for. */
    CLOCK_SLOW(Group.CLOCK, true),
    CLOCK_FAST(Group.CLOCK, true),
    /** By more. */
    CLOCK_BEYOND(Group.CLOCK_TOO_SLOW, true);

    private static final double SLOW = 0.82;
    private static final double FAST = 1.2;
    private static final double BEYOND = 0.5;
    private static final List<String> SMALL_LOGS = List.of("--snapshot-count=40", "--log-margin=10");
    /** A clock that shows 0.82 s for a second is off by 22 %. */
    private static final List<String> LARGE_DRIFT = List.of("--max-clock-drift=25");

    /** The names that stand for several faults. */
    public enum Group {
        PARTITION,
        KILL,
        PAUSE,
        POWER,
        STOPS,
        SNAPSHOT,
        CLOCK,
        CLOCK_TOO_SLOW;

        /** As on the command line. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final Group group;
    private final boolean leavesQuorum;

    FaultKind(Group group, boolean leavesQuorum) {
        this.group = group;
        this.leavesQuorum = leavesQuorum;
    }

    public Group group() {
        return group;
    }

    /** True if the cluster must go on working while it lasts, once it has found another leader. */
    public boolean leavesQuorum() {
        return leavesQuorum;
    }

    public boolean needsDisk() {
        return group == Group.POWER;
    }

    /** What the members must be started with. */
    public Optional<Gear> gear() {
        return switch (group) {
            case STOPS -> Optional.of(Gear.STEP_STOPS);
            case CLOCK, CLOCK_TOO_SLOW -> Optional.of(Gear.CLOCKS);
            case PARTITION, KILL, PAUSE, POWER, SNAPSHOT -> Optional.empty();
        };
    }

    /** Flags that Lockstep's servers need for it. */
    public List<String> serverFlags() {
        return switch (group) {
            case SNAPSHOT -> SMALL_LOGS;
            case CLOCK, CLOCK_TOO_SLOW -> LARGE_DRIFT;
            case PARTITION, KILL, PAUSE, POWER, STOPS -> List.of();
        };
    }

    /** How many seconds a clock shows in one. */
    double clockRate() {
        return switch (this) {
            case CLOCK_SLOW -> SLOW;
            case CLOCK_FAST -> FAST;
            case CLOCK_BEYOND -> BEYOND;
            default -> 1;
        };
    }

    /** As on the command line: {@code kill-leader}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Faults by their own names or by those of their groups, separated by commas. */
    public static List<FaultKind> parse(String names) {
        List<FaultKind> kinds = new ArrayList<>();
        for (String name : names.split(",")) {
            String wanted = name.strip();
            List<FaultKind> found = Arrays.stream(values())
                    .filter(kind ->
                            kind.label().equals(wanted) || kind.group.label().equals(wanted))
                    .toList();
            if (found.isEmpty() && !wanted.equals("none")) {
                throw new IllegalArgumentException("no fault " + wanted
                        + ": choose from none, "
                        + String.join(
                                ", ",
                                Arrays.stream(Group.values()).map(Group::label).toList())
                        + ", "
                        + String.join(
                                ", ",
                                Arrays.stream(values()).map(FaultKind::label).toList()));
            }
            found.stream().filter(kind -> !kinds.contains(kind)).forEach(kinds::add);
        }
        return kinds;
    }
}
