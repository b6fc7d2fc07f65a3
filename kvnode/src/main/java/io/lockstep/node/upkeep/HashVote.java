package io.lockstep.node.upkeep;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Whose state is wrong, by the hashes that members gave for the same revision. Pure. */
final class HashVote {
    /** Instead of a member: they differ, and no majority says who is right. */
    static final long NOBODY_KNOWS = 0;

    private HashVote() {}

    /**
     * @param hashes by member, of those that could be compared
     * @param members how many the cluster has
     * @return the members that differ from a majority; empty: all that were heard agree
     */
    static List<Long> corrupt(SortedMap<Long, Integer> hashes, int members) {
        Map<Integer, List<Long>> byHash = new LinkedHashMap<>();
        hashes.forEach((member, hash) ->
                byHash.computeIfAbsent(hash, first -> new ArrayList<>()).add(member));
        if (byHash.size() <= 1) {
            return List.of();
        }
        for (List<Long> agreeing : byHash.values()) {
            if (2 * agreeing.size() > members) {
                List<Long> others = new ArrayList<>(hashes.keySet());
                others.removeAll(agreeing);
                return others;
            }
        }
        return Collections.singletonList(NOBODY_KNOWS);
    }
}
