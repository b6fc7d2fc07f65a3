package io.lockstep.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WordsTest {
    private static List<String> words(String line) throws Words.NotReadable {
        return Words.read(line).complete();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '\0', textBlock = """
                    get a                     ~ get|a
                    get   a  b                ~ get|a|b
                    put 'a b' "c d"           ~ put|a b|c d
                    put a\\ b                 ~ put|a b
                    put "say \\"hi\\" \\\\ \\n" ~ put|say "hi" \\ \\n
                    put 'a\\b'                ~ put|a\\b
                    put a'b'"c"d              ~ put|abcd
                    put a# '#' # rest         ~ put|a#|#
                    put '|' "a;b" c|d         ~ put|||a;b|c|d
                    # nothing                 ~
                    """)
    void words_asAShellHasThem(String line, String expected) throws Exception {
        assertThat(String.join("|", words(line))).isEqualTo(expected == null ? "" : expected);
    }

    @Test
    void words_emptyAndOverSeveralLines_areWords() throws Exception {
        assertThat(words("put '' \"\"")).containsExactly("put", "", "");
        assertThat(words("put 'a\nb' c\\\nd")).containsExactly("put", "a\nb", "cd");
    }

    @ParameterizedTest
    @ValueSource(strings = {"get a | wc", "get a > file", "get a ; get b", "get a && get b", "put a < file"})
    void operatorOfOtherShells_notQuoted_isRefused(String line) {
        assertThatThrownBy(() -> words(line))
                .isInstanceOf(Words.NotReadable.class)
                .hasMessageContaining("quote it");
    }

    @Test
    void openEnd_isToldAndRefused() {
        assertThat(Words.read("put 'a b").open()).isEqualTo("'");
        assertThat(Words.read("put \"a \\\" b").open()).isEqualTo("\"");
        assertThat(Words.read("put a\\").open()).isEqualTo("\\");
        assertThat(Words.read("put a").open()).isEmpty();
        assertThatThrownBy(() -> words("put 'a b")).hasMessageContaining("not closed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a b", "a'b\"c\\d", "", "#x", "$x `y`", "a|b;c"})
    void escape_readAgain_isTheSame(String word) throws Exception {
        assertThat(words("get " + Words.escape(word))).containsExactly("get", word);
    }
}
