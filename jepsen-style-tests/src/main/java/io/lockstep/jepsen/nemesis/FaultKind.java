package io.lockstep.jepsen.nemesis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

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
    POWER_ALL(Group.POWER, false);

    /** The names that stand for several faults. */
    public enum Group {
        PARTITION,
        KILL,
        PAUSE,
        POWER
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
                    .filter(kind -> kind.label().equals(wanted)
                            || kind.group.name().toLowerCase(Locale.ROOT).equals(wanted))
                    .toList();
            if (found.isEmpty() && !wanted.equals("none")) {
                throw new IllegalArgumentException("no fault " + wanted
                        + ": choose from none, partition, kill, pause, power, "
                        + String.join(
                                ", ",
                                Arrays.stream(values()).map(FaultKind::label).toList()));
            }
            found.stream().filter(kind -> !kinds.contains(kind)).forEach(kinds::add);
        }
        return kinds;
    }
}
