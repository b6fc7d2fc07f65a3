package io.lockstep.jepsen.check;

import java.util.Map;
import java.util.TreeMap;

/** After healing, all members hold the same history: the same revision, log and hash. */
public final class Convergence {
    private static final String NAME = "convergence";

    private Convergence() {}

    /**
     * What a member holds.
     *
     * @param hash of the key-value state at the log's last revision
     */
    public record MemberState(EventLog log, long hash) {}

    public static CheckResult check(Map<Integer, MemberState> members) {
        Findings findings = new Findings();
        TreeMap<Integer, MemberState> sorted = new TreeMap<>(members);
        if (sorted.isEmpty()) {
            findings.doubt("no member could be asked");
            return findings.result(NAME, "no members");
        }
        int first = sorted.firstKey();
        MemberState expected = sorted.firstEntry().getValue();
        sorted.tailMap(first, false).forEach((node, state) -> {
            EventLog.difference(expected.log(), state.log())
                    .ifPresent(text -> findings.violation("the logs of n%d and n%d differ %s", first, node, text));
            if (expected.hash() != state.hash()) {
                findings.violation(
                        "the hashes of n%d and n%d differ at revision %d: %d and %d",
                        first, node, expected.log().lastRevision(), expected.hash(), state.hash());
            }
        });
        return findings.result(
                NAME, members.size() + " members at revision " + expected.log().lastRevision());
    }
}
