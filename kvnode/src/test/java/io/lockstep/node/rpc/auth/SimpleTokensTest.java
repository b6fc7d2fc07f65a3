package io.lockstep.node.rpc.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.lockstep.node.auth.AuthEvent;
import io.lockstep.node.auth.Permissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SimpleTokensTest {
    private long nowNanos;
    private final SimpleTokens tokens = new SimpleTokens(Duration.ofSeconds(300), () -> nowNanos);

    private String logIn(String user) {
        SimpleTokens.NewToken token = tokens.draw();
        tokens.onEvent(new AuthEvent.LoggedIn(user, token.hash()));
        return token.text();
    }

    private boolean isKnown(String token) {
        return tokens.asker(token, Permissions.NONE) != null;
    }

    @Test
    void token_usedOrNot_livesAsLongAsItIsNotIdle() {
        String used = logIn("ann");
        String idle = logIn("ann");
        for (int second = 0; second < 600; second += 100) {
            nowNanos = Duration.ofSeconds(second).toNanos();
            assertThat(isKnown(used)).isTrue();
        }
        assertThat(isKnown(idle)).isFalse();
        assertThat(isKnown("never.1")).isFalse();
    }

    @Test
    void token_endsWithItsUserAndWithAuth() {
        String ann = logIn("ann");
        String bob = logIn("bob");
        tokens.onEvent(new AuthEvent.UserEnded("ann"));
        assertThat(isKnown(ann)).isFalse();
        assertThat(isKnown(bob)).isTrue();
        tokens.onEvent(new AuthEvent.AllEnded());
        assertThat(isKnown(bob)).isFalse();
    }

    @Test
    void tokens_beyondTheBound_replaceTheOneIdleForLongest() {
        String first = logIn("ann");
        String second = logIn("ann");
        for (int i = 2; i < SimpleTokens.MAX_TOKENS; i++) {
            tokens.onEvent(new AuthEvent.LoggedIn("many", ByteString.copyFromUtf8("token " + i)));
        }
        assertThat(isKnown(first)).isTrue();
        logIn("one more");
        assertThat(tokens.size()).isEqualTo(SimpleTokens.MAX_TOKENS);
        assertThat(isKnown(first)).isTrue();
        assertThat(isKnown(second)).isFalse();
    }
}
