package io.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.lockstep.api.auth.Permission;
import io.lockstep.node.embedded.EmbeddedCluster;
import io.lockstep.node.junit.Lockstep;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Users of real nodes: who logs in by itself, and again when its token is not good any more. */
@Lockstep(nodes = 3)
@Timeout(120)
class AuthTest {
    private final EmbeddedCluster cluster;

    AuthTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
    }

    private KvClient as(String user, String password) {
        return KvClient.builder()
                .endpoints(cluster.endpoints().toArray(String[]::new))
                .credentials(user, password)
                .build();
    }

    private static <T> T done(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    @Test
    void client_withCredentials_logsInAndAgainWheneverItsTokenEnds() throws Exception {
        try (KvClient root = as("root", "r");
                KvClient ann = as("ann", "p");
                KvClient nobody = KvClient.builder()
                        .endpoints(cluster.endpoints().toArray(String[]::new))
                        .build()) {
            root.sync().put("before", "auth is off, and the password is of no use");
            Auth auth = root.auth();
            done(auth.userAdd("root", "r"));
            done(auth.userGrantRole("root", "root"));
            done(auth.userAdd("ann", "p"));
            done(auth.roleAdd("letters"));
            done(auth.roleGrantPermission(
                    "letters", Permission.Type.READWRITE, KeyRange.prefix(ByteString.copyFromUtf8("a/"))));
            done(auth.userGrantRole("ann", "letters"));
            done(auth.enable());

            assertThat(done(auth.status()).getEnabled()).isTrue();
            ann.sync().put("a/1", "x");
            assertThat(ann.sync().get("a/1").getCount()).isEqualTo(1);
            assertThatThrownBy(() -> ann.sync().put("b", "x"))
                    .isInstanceOf(DefiniteFailure.class)
                    .hasMessageContaining("permission denied");
            assertThatThrownBy(() -> nobody.sync().get("a/1"))
                    .isInstanceOf(DefiniteFailure.class)
                    .hasMessageContaining("user name is empty");

            done(auth.userChangePassword("ann", "p"));
            ann.sync().put("a/2", "with another token");
            done(auth.userChangePassword("ann", "another"));
            assertThatThrownBy(() -> ann.sync().put("a/3", "x"))
                    .isInstanceOf(DefiniteFailure.class)
                    .hasMessageContaining("authentication failed");
            assertThat(done(auth.userGet("ann")).getRolesList()).containsExactly("letters");
            done(auth.disable());
            nobody.sync().put("after", "auth is off");
        }
    }
}
