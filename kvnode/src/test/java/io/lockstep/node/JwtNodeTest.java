package io.lockstep.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.lockstep.api.AuthEnableRequest;
import io.lockstep.api.AuthGrpc;
import io.lockstep.api.AuthUserAddRequest;
import io.lockstep.api.AuthUserChangePasswordRequest;
import io.lockstep.api.AuthUserGrantRoleRequest;
import io.lockstep.api.AuthUserListRequest;
import io.lockstep.api.AuthenticateRequest;
import io.lockstep.node.config.AuthSettings;
import io.lockstep.node.config.NodeConfig;
import io.lockstep.node.config.TokenSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose tokens say themselves who shows them, and of which users they are. */
class JwtNodeTest {
    @TempDir
    Path dir;

    @Test
    void tokenOfRoot_olderThanAChangeOfUsers_isRefused() throws IOException {
        Path secret = Files.writeString(dir.resolve("secret"), "a secret of at least 32 bytes for HS256");
        AuthSettings settings = new AuthSettings(
                TokenSettings.parse("jwt,sign-method=HS256,priv-key=" + secret + ",ttl=10m"),
                Duration.ofMinutes(5),
                4,
                false);
        try (KvNode node = KvNode.start(
                NodeConfig.embedded(dir.resolve("data")).auth(settings).build())) {
            Channel channel = node.channel();
            auth(channel)
                    .userAdd(AuthUserAddRequest.newBuilder()
                            .setName("root")
                            .setPassword("first")
                            .build());
            auth(channel)
                    .userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                            .setUser("root")
                            .setRole("root")
                            .build());
            auth(channel).authEnable(AuthEnableRequest.getDefaultInstance());
            Channel old = with(channel, token(channel, "first"));
            assertThat(auth(old)
                            .userList(AuthUserListRequest.getDefaultInstance())
                            .getUsersList())
                    .containsExactly("root");

            auth(old)
                    .userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                            .setName("root")
                            .setPassword("second")
                            .build());

            assertThatThrownBy(() -> auth(old).userList(AuthUserListRequest.getDefaultInstance()))
                    .hasMessageContaining("revision of auth store is old");
            assertThatThrownBy(() -> auth(old)
                            .userAdd(AuthUserAddRequest.newBuilder()
                                    .setName("x")
                                    .setPassword("x")
                                    .build()))
                    .hasMessageContaining("revision of auth store is old");
            Channel anew = with(channel, token(channel, "second"));
            assertThat(auth(anew)
                            .userList(AuthUserListRequest.getDefaultInstance())
                            .getUsersList())
                    .containsExactly("root");
        }
    }

    private static String token(Channel channel, String password) {
        return auth(channel)
                .authenticate(AuthenticateRequest.newBuilder()
                        .setName("root")
                        .setPassword(password)
                        .build())
                .getToken();
    }

    private static AuthGrpc.AuthBlockingStub auth(Channel channel) {
        return AuthGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    private static Channel with(Channel channel, String token) {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), token);
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
    }
}
