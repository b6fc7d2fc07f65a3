package io.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchResponse;
import io.lockstep.api.auth.Permission;
import io.lockstep.node.embedded.EmbeddedCluster;
import io.lockstep.node.junit.Lockstep;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Users of real nodes: who logs in by itself, and again when its token is not good any more. */
@Lockstep(nodes = 3, perMethod = true)
@Timeout(120)
class AuthTest {
    private static KvClient as(EmbeddedCluster cluster, String user, String password) {
        return KvClient.builder()
                .endpoints(cluster.endpoints().toArray(String[]::new))
                .credentials(user, password)
                .build();
    }

    private static <T> T done(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    @Test
    void client_withCredentials_logsInAndAgainWheneverItsTokenEnds(EmbeddedCluster cluster) throws Exception {
        try (KvClient root = as(cluster, "root", "r");
                KvClient ann = as(cluster, "ann", "p");
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

    /** Streams begin with the token that is there: where there is none yet, or a dead one, they must get one. */
    @Test
    void streams_withCredentials_logInByThemselves(EmbeddedCluster cluster) throws Exception {
        try (KvClient root = as(cluster, "root", "r")) {
            Auth auth = root.auth();
            done(auth.userAdd("root", "r"));
            done(auth.userGrantRole("root", "root"));
            done(auth.enable());
            BlockingQueue<String> told = new LinkedBlockingQueue<>();
            try (KvClient first = as(cluster, "root", "r");
                    Watch watch = first.watch(
                            WatchCreateRequest.newBuilder()
                                    .setKey(ByteString.copyFromUtf8("s"))
                                    .build(),
                            tells(told));
                    KvClient wrong = as(cluster, "root", "no");
                    Watch refused = wrong.watch(
                            WatchCreateRequest.newBuilder()
                                    .setKey(ByteString.copyFromUtf8("s"))
                                    .build(),
                            tells(told))) {
                assertThat(told.poll(20, TimeUnit.SECONDS)).contains("authentication failed");
                untilTold(root, told, "one");
                // The token that the watch began with dies; the stream ends with its member.
                done(auth.userChangePassword("root", "r"));
                cluster.kill(0);
                cluster.awaitLeader();
                untilTold(root, told, "two");
                cluster.restart(0);
            } finally {
                cluster.recover();
                done(auth.disable());
            }
        }
    }

    /** Puts until the watch tells of it: it may not stand yet. */
    private static void untilTold(KvClient client, BlockingQueue<String> told, String value) throws Exception {
        String heard = null;
        for (int attempt = 0; attempt < 40 && !value.equals(heard); attempt++) {
            client.sync().put("s", value);
            heard = told.poll(1, TimeUnit.SECONDS);
        }
        assertThat(heard).isEqualTo(value);
        told.clear();
    }

    private static WatchListener tells(BlockingQueue<String> told) {
        return new WatchListener() {
            @Override
            public void onAnswer(WatchResponse answer) {
                answer.getEventsList()
                        .forEach(event -> told.add(event.getKv().getValue().toStringUtf8()));
            }

            @Override
            public void onCompacted(WatchResponse answer) {
                told.add("compacted");
            }

            @Override
            public void onRefused(String reason) {
                told.add(reason);
            }
        };
    }
}
