package io.lockstep.node.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HashVoteTest {
    @Test
    void allAgree_nobodyIsCorrupt() {
        assertThat(HashVote.corrupt(new TreeMap<>(Map.of(1L, 7, 2L, 7, 3L, 7)), 3))
                .isEmpty();
        assertThat(HashVote.corrupt(new TreeMap<>(Map.of(1L, 7)), 3)).isEmpty();
    }

    @Test
    void oneDiffersFromAMajority_isCorrupt() {
        assertThat(HashVote.corrupt(new TreeMap<>(Map.of(1L, 7, 2L, 8, 3L, 7)), 3))
                .containsExactly(2L);
        assertThat(HashVote.corrupt(new TreeMap<>(Map.of(1L, 7, 2L, 8, 3L, 7, 4L, 9, 5L, 7)), 5))
                .containsExactly(2L, 4L);
    }

    @Test
    void noMajority_nobodyKnowsWho() {
        assertThat(HashVote.corrupt(new TreeMap<>(Map.of(1L, 7, 2L, 8)), 3)).containsExactly(HashVote.NOBODY_KNOWS);
        assertThat(HashVote.corrupt(new TreeMap<>(Map.of(1L, 7, 2L, 7, 3L, 8)), 5))
                .containsExactly(HashVote.NOBODY_KNOWS);
    }
}
