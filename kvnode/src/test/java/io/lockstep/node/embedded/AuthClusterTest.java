package io.lockstep.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.AuthEnableRequest;
import io.lockstep.api.AuthGrpc;
import io.lockstep.api.AuthRoleAddRequest;
import io.lockstep.api.AuthRoleGrantPermissionRequest;
import io.lockstep.api.AuthUserAddRequest;
import io.lockstep.api.AuthUserChangePasswordRequest;
import io.lockstep.api.AuthUserGetRequest;
import io.lockstep.api.AuthUserGrantRoleRequest;
import io.lockstep.api.AuthenticateRequest;
import io.lockstep.api.ClusterGrpc;
import io.lockstep.api.CompactionRequest;
import io.lockstep.api.DefragmentRequest;
import io.lockstep.api.HashKVRequest;
import io.lockstep.api.HashRequest;
import io.lockstep.api.LeaseGrantRequest;
import io.lockstep.api.LeaseGrpc;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.MemberListRequest;
import io.lockstep.api.MoveLeaderRequest;
import io.lockstep.api.SnapshotRequest;
import io.lockstep.api.StatusRequest;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchGrpc;
import io.lockstep.api.WatchRequest;
import io.lockstep.api.WatchResponse;
import io.lockstep.api.auth.Permission;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Auth over three members: who may do what is the same on each, whoever took the call. */
class AuthClusterTest {
    private static final String ROOT_PASSWORD = "the-secret-of-root-4711";
    private static final String ANN_PASSWORD = "the-secret-of-ann-4711";

    @TempDir
    Path dir;

    private EmbeddedCluster cluster;

    @BeforeEach
    void start() {
        cluster = EmbeddedCluster.builder(3).directory(dir).start();
        AuthGrpc.AuthBlockingStub auth = auth(cluster.channel(0));
        auth.userAdd(AuthUserAddRequest.newBuilder()
                .setName("root")
                .setPassword(ROOT_PASSWORD)
                .build());
        auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                .setUser("root")
                .setRole("root")
                .build());
        auth.userAdd(AuthUserAddRequest.newBuilder()
                .setName("ann")
                .setPassword(ANN_PASSWORD)
                .build());
        auth.roleAdd(AuthRoleAddRequest.newBuilder().setName("r").build());
        auth.roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                .setName("r")
                .setPerm(Permission.newBuilder()
                        .setPermType(Permission.Type.READWRITE)
                        .setKey(ByteString.copyFromUtf8("a"))
                        .setRangeEnd(ByteString.copyFromUtf8("b")))
                .build());
        auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                .setUser("ann")
                .setRole("r")
                .build());
        auth.authEnable(AuthEnableRequest.getDefaultInstance());
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private static AuthGrpc.AuthBlockingStub auth(Channel channel) {
        return AuthGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    private String token(int node, String user, String password) {
        return auth(cluster.channel(node))
                .authenticate(AuthenticateRequest.newBuilder()
                        .setName(user)
                        .setPassword(password)
                        .build())
                .getToken();
    }

    private Channel with(int node, String token) {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), token);
        return ClientInterceptors.intercept(cluster.channel(node), MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    @Test
    void token_ofOneMember_isGoodOnEachAtOnceAndEndsOnEach() {
        String token = token(1, "ann", ANN_PASSWORD);
        for (int node = 0; node < 3; node++) {
            Calls.put(with(node, token), "a" + node, "1");
            assertThat(Calls.staleGet(with(node, token), "a" + node)).isEqualTo("1");
            int here = node;
            assertThatThrownBy(() -> Calls.put(with(here, token), "c", "1")).hasMessageContaining("permission denied");
            assertThatThrownBy(() -> Calls.get(cluster.channel(here), "a")).hasMessageContaining("user name is empty");
        }
        auth(with(0, token(0, "root", ROOT_PASSWORD)))
                .userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                        .setName("ann")
                        .setPassword("another")
                        .build());
        for (int node = 0; node < 3; node++) {
            int here = node;
            await().untilAsserted(() -> assertThatThrownBy(() -> Calls.get(with(here, token), "a"))
                    .hasMessageContaining("invalid auth token"));
        }
        assertThatThrownBy(() -> token(2, "ann", ANN_PASSWORD)).hasMessageContaining("authentication failed");
        assertThat(token(2, "ann", "another")).isNotEmpty();
    }

    private static void refused(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call, Status.Code code, String text) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(e.getStatus().getCode()).isEqualTo(code);
            assertThat(e.getStatus().getDescription()).isEqualTo(text);
        });
    }

    /** CVE-2026-33413: an etcd before 3.5.28 answered some of these to anyone. */
    @Test
    void methods_ofTheCluster_askForRootOrForSomeUser() {
        Channel ann = with(1, token(1, "ann", ANN_PASSWORD));
        Channel nobody = cluster.channel(2);
        MaintenanceGrpc.MaintenanceBlockingStub care = MaintenanceGrpc.newBlockingStub(ann);
        String denied = "etcdserver: permission denied";
        refused(() -> care.defragment(DefragmentRequest.getDefaultInstance()), Status.Code.PERMISSION_DENIED, denied);
        refused(() -> care.hash(HashRequest.getDefaultInstance()), Status.Code.PERMISSION_DENIED, denied);
        refused(() -> care.hashKV(HashKVRequest.getDefaultInstance()), Status.Code.PERMISSION_DENIED, denied);
        refused(
                () -> care.snapshot(SnapshotRequest.getDefaultInstance()).hasNext(),
                Status.Code.PERMISSION_DENIED,
                denied);
        refused(
                () -> care.moveLeader(
                        MoveLeaderRequest.newBuilder().setTargetID(1).build()),
                Status.Code.PERMISSION_DENIED,
                denied);
        refused(
                () -> Calls.kv(ann)
                        .compact(CompactionRequest.newBuilder().setRevision(1).build()),
                Status.Code.PERMISSION_DENIED,
                denied);
        refused(
                () -> auth(ann)
                        .userAdd(AuthUserAddRequest.newBuilder()
                                .setName("x")
                                .setPassword("y".repeat(100))
                                .build()),
                Status.Code.PERMISSION_DENIED,
                denied);
        assertThat(care.status(StatusRequest.getDefaultInstance()).getLeader()).isNotZero();
        assertThat(ClusterGrpc.newBlockingStub(ann)
                        .memberList(MemberListRequest.getDefaultInstance())
                        .getMembersCount())
                .isEqualTo(3);

        String empty = "etcdserver: user name is empty";
        refused(
                () -> MaintenanceGrpc.newBlockingStub(nobody).status(StatusRequest.getDefaultInstance()),
                Status.Code.INVALID_ARGUMENT,
                empty);
        refused(
                () -> ClusterGrpc.newBlockingStub(nobody).memberList(MemberListRequest.getDefaultInstance()),
                Status.Code.INVALID_ARGUMENT,
                empty);
        refused(() -> Calls.kv(nobody).txn(TxnRequest.getDefaultInstance()), Status.Code.INVALID_ARGUMENT, empty);
        refused(
                () -> auth(nobody).userGet(AuthUserGetRequest.getDefaultInstance()),
                Status.Code.INVALID_ARGUMENT,
                empty);
        refused(
                () -> LeaseGrpc.newBlockingStub(nobody)
                        .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(10).build()),
                Status.Code.INVALID_ARGUMENT,
                empty);
    }

    /** GHSA-xg4h-6gfc-h4m8: an etcd took a watch of all keys from one on for a watch of that key. */
    @Test
    void watch_withAnOpenEnd_isJudgedByIt() throws Exception {
        Channel ann = with(1, token(1, "ann", ANN_PASSWORD));
        WatchCreateRequest.Builder from = WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8("a"));
        assertThat(firstAnswer(ann, from.clone()).getCanceled()).isFalse();
        assertThat(firstAnswer(ann, from.clone().setRangeEnd(ByteString.copyFromUtf8("b")))
                        .getCanceled())
                .isFalse();
        WatchResponse refused = firstAnswer(ann, from.clone().setRangeEnd(ByteString.copyFrom(new byte[1])));
        assertThat(refused.getCanceled()).isTrue();
        assertThat(refused.getCancelReason()).contains("permission denied");
        assertThat(firstAnswer(ann, WatchCreateRequest.newBuilder()).getCanceled())
                .isTrue();
    }

    private static WatchResponse firstAnswer(Channel channel, WatchCreateRequest.Builder create) throws Exception {
        CompletableFuture<WatchResponse> first = new CompletableFuture<>();
        StreamObserver<WatchRequest> requests = WatchGrpc.newStub(channel).watch(new StreamObserver<>() {
            @Override
            public void onNext(WatchResponse answer) {
                first.complete(answer);
            }

            @Override
            public void onError(Throwable failure) {
                first.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {}
        });
        requests.onNext(WatchRequest.newBuilder().setCreateRequest(create).build());
        WatchResponse answer = first.get(10, TimeUnit.SECONDS);
        requests.onError(new io.grpc.StatusException(Status.CANCELLED));
        return answer;
    }

    /** CVE-2021-28235 and its kind: who reads disks or logs must not find what people type, nor tokens. */
    @Test
    void passwordsAndTokens_areNowhereOnDisk() throws IOException {
        String token = token(1, "ann", ANN_PASSWORD);
        Calls.put(with(0, token), "a", "a-value-that-is-to-be-found");
        cluster.close();
        assertThat(filesWith("a-value-that-is-to-be-found")).isNotEmpty();
        for (String secret : List.of(ROOT_PASSWORD, ANN_PASSWORD, token, token.substring(0, token.indexOf('.')))) {
            assertThat(filesWith(secret)).isEmpty();
        }
    }

    private List<Path> filesWith(String text) throws IOException {
        try (Stream<Path> files = Files.walk(dir)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> read(file).contains(text))
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
