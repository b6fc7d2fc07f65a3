package io.lockstep.node.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;

class KeyIntervalsTest {
    private static ByteString bytes(String text) {
        return ByteString.copyFrom(text, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    /** Of grants "key" or "key..end", separated by blanks. */
    private static boolean covers(String grants, String key, String end) {
        KeyIntervals.Builder builder = new KeyIntervals.Builder();
        for (String grant : grants.split(" ")) {
            String[] parts = grant.split("\\.\\.", -1);
            builder.add(bytes(parts[0]), parts.length == 1 ? ByteString.EMPTY : bytes(parts[1]));
        }
        return builder.build().cover(bytes(key), bytes(end));
    }

    @Test
    void key_granted_isCoveredAloneAndNothingBesideIt() {
        assertThat(covers("k", "k", "")).isTrue();
        assertThat(covers("k", "k\0", "")).isFalse();
        assertThat(covers("k", "k", "k\0")).isTrue();
        assertThat(covers("k", "k", "k\0\0")).isFalse();
        assertThat(covers("k", "j", "")).isFalse();
    }

    @Test
    void ranges_adjoining_coverWhatTheyDoTogether() {
        assertThat(covers("a..c c..e", "a", "e")).isTrue();
        assertThat(covers("c..e a..c", "b", "d")).isTrue();
        assertThat(covers("a..c d..e", "b", "e")).isFalse();
        assertThat(covers("a..z b..c", "a", "z")).isTrue();
        assertThat(covers("k k\0..m", "k", "m")).isTrue();
    }

    @Test
    void openEnd_isCoveredByAnOpenEndAlone() {
        assertThat(covers("a..\0", "a", "\0")).isTrue();
        assertThat(covers("a..\0", "m", "\0")).isTrue();
        assertThat(covers("a..\u00ff\u00ff\u00ff", "a", "\0")).isFalse();
        assertThat(covers("a", "a", "\0")).isFalse();
        assertThat(covers("a..b b..\0", "a", "\0")).isTrue();
        assertThat(covers("b..\0", "a", "\0")).isFalse();
    }

    /** A signed comparison would put 0x80 before 0x7f. */
    @Test
    void bytes_areUnsigned() {
        assertThat(covers("\u007f..\u0081", "\u0080", "")).isTrue();
        assertThat(covers("a..\u00f0", "\u0080", "\u0090")).isTrue();
        assertThat(covers("\u0080..\u00f0", "a", "")).isFalse();
    }

    @Test
    void rangeThatEndsBeforeItBegins_isCoveredWhereOneGrantHoldsBothEnds() {
        assertThat(covers("a..z", "m", "c")).isTrue();
        assertThat(covers("a..n", "m", "c")).isTrue();
        assertThat(covers("c..z", "m", "c")).isFalse();
        assertThat(covers("a..d d..z", "m", "c")).isFalse();
    }
}
