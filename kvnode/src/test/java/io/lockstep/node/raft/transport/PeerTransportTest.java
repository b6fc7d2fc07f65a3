package io.lockstep.node.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.rpc.RpcRequests;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.raft.GroupMembers;
import io.lockstep.node.raft.PeerAddress;
import io.lockstep.node.raft.PeerMember;
import io.lockstep.node.raft.PeerTls;
import io.lockstep.node.raft.RaftStartException;
import io.lockstep.node.raft.transport.FrameCodec.Inbound;
import io.lockstep.node.tls.TestCa;
import io.lockstep.proto.peer.Call;
import io.lockstep.proto.peer.Frame;
import io.lockstep.proto.peer.JoinReply;
import io.lockstep.proto.peer.JoinRequest;
import io.lockstep.proto.peer.Lane;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerTransportTest {
    private static final int MAX_FRAME = 4 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private PeerMember one;
    private PeerMember two;
    private final List<PeerTransport> open = new ArrayList<>();

    @BeforeEach
    void addresses() throws IOException {
        try (ServerSocket a = new ServerSocket(0);
                ServerSocket b = new ServerSocket(0)) {
            one = new PeerMember(1, new PeerAddress("127.0.0.1", a.getLocalPort(), 0));
            two = new PeerMember(2, new PeerAddress("127.0.0.1", b.getLocalPort(), 3));
        }
    }

    @AfterEach
    void close() {
        open.forEach(PeerTransport::close);
    }

    private PeerTransport start(PeerMember self, long clusterId, List<PeerMember> members, @Nullable PeerTls tls)
            throws RaftStartException {
        return start(self, self.address().port(), clusterId, members, tls);
    }

    private PeerTransport start(
            PeerMember self, int port, long clusterId, List<PeerMember> members, @Nullable PeerTls tls)
            throws RaftStartException {
        PeerTransport transport = PeerTransport.start(new TransportConfig(
                clusterId,
                "g",
                self,
                members,
                new InetSocketAddress("127.0.0.1", port),
                tls,
                MAX_FRAME,
                64,
                Duration.ofMillis(1_000),
                "test"));
        open.add(transport);
        return transport;
    }

    private PeerTransport start(PeerMember self) throws RaftStartException {
        return start(self, 7, List.of(one, two), null);
    }

    @Test
    void requestsOfMixedSizes_arriveInOrder() throws Exception {
        ConcurrentLinkedQueue<Long> arrived = new ConcurrentLinkedQueue<>();
        PeerTransport sender = start(one);
        start(two).serve(new Recorder(arrived, true));
        await().atMost(PATIENCE).until(() -> sender.isUsable(2));
        Random random = new Random(1);
        int count = 40;
        for (long index = 0; index < count; index++) {
            int size = random.nextBoolean() ? 10 : random.nextInt(1 << 20);
            sender.send(2, Lane.APPEND, append(index, size), new Pending(20_000, Runnable::run, (a, e) -> {}));
        }
        await().atMost(PATIENCE).until(() -> arrived.size() == count);
        assertThat(List.copyOf(arrived)).isSorted();
    }

    @Test
    void heartbeat_behindMuchDataOnASlowLink_goesAheadOfMostOfIt() throws Exception {
        ConcurrentLinkedQueue<Long> arrived = new ConcurrentLinkedQueue<>();
        int dataRequests = 16;
        long heartbeat = 99;
        try (MeteredLink link = new MeteredLink()) {
            PeerMember behindIt = new PeerMember(2, new PeerAddress("127.0.0.1", link.port(), 3));
            List<PeerMember> members = List.of(one, behindIt);
            PeerTransport sender = start(one, 7, members, null);
            start(behindIt, link.farPort(), 7, members, null).serve(new Recorder(arrived, true));
            await().atMost(PATIENCE).until(() -> sender.isUsable(2));
            link.stop();
            for (long index = 0; index < dataRequests; index++) {
                sender.send(2, Lane.APPEND, append(index, 1 << 20), patient());
            }
            sender.send(2, Lane.CONTROL, append(heartbeat, 0), patient());
            link.pass(2 << 20);
            await().atMost(PATIENCE).until(() -> arrived.contains(heartbeat));
            assertThat(arrived).hasSizeLessThan(4);
        }
    }

    @Test
    void requestBuffer_reusedByTheCallerRightAfterSending_isNotWhatArrives() throws Exception {
        CompletableFuture<ByteString> seen = new CompletableFuture<>();
        PeerTransport sender = start(one);
        start(two).calls().handle("k", (from, payload) -> {
            seen.complete(payload);
            return CompletableFuture.completedFuture(ByteString.EMPTY);
        });
        awaitCalls(sender);
        byte[] buffer = new byte[100_000];
        java.util.Arrays.fill(buffer, (byte) 'a');
        var answer = sender.calls()
                .call(2, "k", com.google.protobuf.UnsafeByteOperations.unsafeWrap(buffer), Duration.ofSeconds(10));
        java.util.Arrays.fill(buffer, (byte) 'b');
        answer.get(10, TimeUnit.SECONDS);
        assertThat(seen.join().toStringUtf8()).isEqualTo("a".repeat(100_000));
    }

    @Test
    void call_isAnsweredAndItsFailuresKeepTheirKind() throws Exception {
        PeerTransport caller = start(one);
        CallRouter calls = start(two).calls();
        calls.handle(
                "echo",
                (from, payload) ->
                        CompletableFuture.completedFuture(ByteString.copyFromUtf8(from + payload.toStringUtf8())));
        calls.handle("rejected", (from, payload) -> {
            throw new KvException.Rejected(KvError.NO_SPACE);
        });
        calls.handle(
                "failed", (from, payload) -> CompletableFuture.failedFuture(new KvException.Failed(KvError.NO_LEADER)));
        calls.handle("unknown", (from, payload) -> {
            throw new IllegalStateException("a bug");
        });
        calls.handle("silent", (from, payload) -> new CompletableFuture<>());
        awaitCalls(caller);
        assertThat(call(caller, "echo").get(10, TimeUnit.SECONDS).toStringUtf8())
                .isEqualTo("1x");
        assertEnds(call(caller, "rejected"), KvException.Rejected.class, KvError.NO_SPACE);
        assertEnds(call(caller, "failed"), KvException.Failed.class, KvError.NO_LEADER);
        assertEnds(call(caller, "unknown"), KvException.Unknown.class, KvError.TIMEOUT);
        assertEnds(call(caller, "nobody handles this"), KvException.Failed.class, KvError.STOPPED);
        assertEnds(
                caller.calls().call(2, "silent", ByteString.EMPTY, Duration.ofMillis(100)),
                KvException.Unknown.class,
                KvError.TIMEOUT);
    }

    @Test
    void call_toAPeerThatIsNotThere_failsAtOnce() throws Exception {
        PeerTransport caller = start(one);
        long start = System.nanoTime();
        assertEnds(call(caller, "k"), KvException.Failed.class, KvError.TIMEOUT_CONNECTION_LOST);
        assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(2).toNanos());
        assertThatThrownBy(() -> caller.send(2, Lane.CONTROL, ping(), ignored()))
                .isInstanceOf(RemotingException.class);
    }

    @Test
    void connectionLostAfterSending_isUnknown_andComesBack() throws Exception {
        PeerTransport caller = start(one);
        PeerTransport called = start(two);
        CompletableFuture<Void> arrived = new CompletableFuture<>();
        called.calls().handle("silent", (from, payload) -> {
            arrived.complete(null);
            return new CompletableFuture<>();
        });
        awaitCalls(caller);
        var answer = caller.calls().call(2, "silent", ByteString.EMPTY, Duration.ofMinutes(5));
        arrived.get(10, TimeUnit.SECONDS);
        called.close();
        open.remove(called);
        assertEnds(answer, KvException.Unknown.class, KvError.TIMEOUT_CONNECTION_LOST);
        ConcurrentLinkedQueue<PeerMember> ready = new ConcurrentLinkedQueue<>();
        caller.onPeerReady(ready::add);
        start(two);
        await().atMost(PATIENCE).until(() -> caller.isUsable(2) && !ready.isEmpty());
        assertThat(ready.peek().address().incarnation()).isEqualTo(3);
    }

    @Test
    void requestTooLarge_isRefusedBeforeSending_andHarmsNoOther() throws Exception {
        PeerTransport caller = start(one);
        start(two).calls().handle("k", (from, payload) -> CompletableFuture.completedFuture(payload));
        awaitCalls(caller);
        ByteString large = ByteString.copyFrom(new byte[MAX_FRAME]);
        assertEnds(
                caller.calls().call(2, "k", large, Duration.ofSeconds(5)),
                KvException.Failed.class,
                KvError.TIMEOUT_CONNECTION_LOST);
        assertThat(call(caller, "k").get(10, TimeUnit.SECONDS).toStringUtf8()).isEqualTo("x");
    }

    @Test
    void pendingRequests_areBounded() throws Exception {
        PeerTransport caller = start(one);
        start(two).calls().handle("silent", (from, payload) -> new CompletableFuture<>());
        awaitCalls(caller);
        for (int i = 0; i < 64; i++) {
            caller.calls().call(2, "silent", ByteString.EMPTY, Duration.ofMinutes(1));
        }
        assertEnds(call(caller, "silent"), KvException.Failed.class, KvError.TIMEOUT_CONNECTION_LOST);
    }

    @Test
    void peerOfAnotherCluster_isRefusedWithBothIds_andNotHurried() throws Exception {
        PeerTransport caller = start(one);
        start(two, 8, List.of(one, two), null);
        await().atMost(PATIENCE).until(() -> refusal(caller) != null);
        assertThat(refusal(caller)).contains("cluster id 7 is not 8").doesNotContain("\n");
        assertThat(caller.isUsable(2)).isFalse();
        PeerLink link = caller.linkTo(two.address().hostPort());
        link.hurry();
        assertThat(link.retryMillis()).isGreaterThanOrEqualTo(5_000);
    }

    @Test
    void peerThatIsSomebodyElse_isRefused() throws Exception {
        PeerTransport caller = start(one);
        PeerMember other =
                new PeerMember(9, new PeerAddress("127.0.0.1", two.address().port(), 3));
        start(other, 7, List.of(one, other), null);
        await().atMost(PATIENCE).until(() -> refusal(caller) != null);
        assertThat(refusal(caller)).contains("member 2 incarnation 3 was meant, but here is 9");
    }

    @Test
    void memberThatIsNotKnownThere_isRefused() throws Exception {
        PeerTransport caller = start(one);
        PeerMember otherOne = new PeerMember(5, one.address());
        start(two, 7, List.of(otherOne, two), null);
        await().atMost(PATIENCE).until(() -> refusal(caller) != null);
        assertThat(refusal(caller)).contains("member 1 incarnation 0 does not belong to this cluster");
    }

    @Test
    void requestInTheNameOfAnother_isNotServed() throws Exception {
        PeerTransport caller = start(one);
        start(two).serve(new RaftRequests("g", two, () -> false));
        await().atMost(PATIENCE).until(() -> caller.isUsable(2));
        CompletableFuture<Message> answer = new CompletableFuture<>();
        RpcRequests.RequestVoteRequest forged = RpcRequests.RequestVoteRequest.newBuilder()
                .setGroupId("g")
                .setServerId("127.0.0.1:1")
                .setPeerId(PeerIds.text(two.address()))
                .setTerm(99)
                .setLastLogIndex(99)
                .setLastLogTerm(99)
                .setPreVote(false)
                .build();
        caller.send(2, Lane.CONTROL, forged, new Pending(5_000, Runnable::run, (a, e) -> answer.complete(a)));
        assertThat(((RpcRequests.ErrorResponse) answer.get(10, TimeUnit.SECONDS)).getErrorMsg())
                .contains("does not belong on this stream");
    }

    @Test
    void tls_withCertificatesOfOneAuthority_works_andWithoutOrWithAnotherDoesNot() throws Exception {
        PeerTls good = TestCertificates.good();
        // Trusts this cluster, but shows a certificate of somebody else: only the server can refuse it.
        PeerTls stranger = new PeerTls(
                TestCertificates.stranger().certificate(),
                TestCertificates.stranger().key(),
                good.authorities());
        PeerTransport caller = start(one, 7, List.of(one, two), good);
        PeerTransport called = start(two, 7, List.of(one, two), good);
        await().atMost(PATIENCE).until(() -> caller.isUsable(2) && called.isUsable(1));
        caller.close();
        open.remove(caller);
        for (PeerTls wrong : java.util.Arrays.asList(stranger, null)) {
            PeerTransport intruder = start(one, 7, List.of(one, two), wrong);
            // The other direction tries as well, and each sees that the other is not up as it should be.
            await().atMost(PATIENCE)
                    .until(() -> intruder.linkTo(two.address().hostPort()).isKnownUnreachable());
            assertThat(intruder.isUsable(2)).isFalse();
            assertThat(called.isUsable(1)).isFalse();
            intruder.close();
            open.remove(intruder);
        }
    }

    @TempDir
    Path directory;

    private PeerTls certificates(String member, TestCa ca, String... hosts) throws Exception {
        Path folder = Files.createDirectories(directory.resolve(member));
        PeerTls files = new PeerTls(folder.resolve("peer.crt"), folder.resolve("peer.key"), folder.resolve("ca.crt"));
        ca.writeTo(files.authorities());
        ca.issue("member", hosts).writeTo(files.certificate(), files.key());
        return files;
    }

    @Test
    void tls_whenTheCaIsReplaced_linksLiveOn_andNewOnesNeedTheNewCaOnBothSides() throws Exception {
        TestCa first = new TestCa("first");
        TestCa next = new TestCa("next");
        PeerTransport here = start(one, 7, List.of(one, two), certificates("one", first, "127.0.0.1"));
        PeerTransport there = start(two, 7, List.of(one, two), certificates("two", first, "127.0.0.1"));
        await().atMost(PATIENCE).until(() -> here.isUsable(2) && there.isUsable(1));
        there.calls().handle("echo", (from, payload) -> CompletableFuture.completedFuture(payload));

        var unused = certificates("two", next, "127.0.0.1");
        ByteString text = ByteString.copyFromUtf8("x");
        assertThat(here.calls().call(2, "echo", text, Duration.ofSeconds(5)).get(10, TimeUnit.SECONDS))
                .isEqualTo(text);

        PeerLink link = here.linkTo(two.address().hostPort());
        // Files are looked at once a second at most: the first new connection may still get the old ones.
        await().atMost(PATIENCE).until(() -> {
            if (here.isUsable(2)) {
                link.drop("test");
            }
            return link.isKnownUnreachable();
        });
        assertThat(here.isUsable(2)).isFalse();

        unused = certificates("one", next, "127.0.0.1");
        await().atMost(PATIENCE).until(() -> here.isUsable(2));
        assertThat(here.calls().call(2, "echo", text, Duration.ofSeconds(5)).get(10, TimeUnit.SECONDS))
                .isEqualTo(text);
    }

    @Test
    void tls_certificateForAnotherHost_isNotConnectedTo() throws Exception {
        TestCa ca = new TestCa("ca");
        PeerTransport here = start(one, 7, List.of(one, two), certificates("one", ca, "127.0.0.1"));
        PeerTransport there = start(two, 7, List.of(one, two), certificates("two", ca, "elsewhere.example"));

        await().atMost(PATIENCE).until(() -> there.isUsable(1));
        await().atMost(PATIENCE)
                .until(() -> here.linkTo(two.address().hostPort()).isKnownUnreachable());
        assertThat(here.isUsable(2)).isFalse();
    }

    @Test
    void tls_keyOfAnotherCertificate_refusesToStartWithOneLine() throws Exception {
        PeerTls files = certificates("one", new TestCa("ca"), "127.0.0.1");
        new TestCa("ca").issue("x").writeTo(directory.resolve("other.crt"), files.key());

        assertThatThrownBy(() -> start(one, 7, List.of(one, two), files))
                .isInstanceOf(RaftStartException.class)
                .hasMessage("the certificates of the peer port can't be used: \"" + files.key()
                        + "\" is not the key of \"" + files.certificate() + "\"");
    }

    @Test
    void callback_ofARejectingExecutor_runsNevertheless_andMayThrow() {
        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        Pending pending = new Pending(
                1_000,
                task -> {
                    throw new RejectedExecutionException("full");
                },
                (answer, error) -> {
                    seen.complete(error);
                    throw new IllegalStateException("a closure that fails");
                });
        pending.complete(null, new RemotingException("lost"));
        assertThat(seen).isDone();
    }

    @Test
    void join_withTls_isAnsweredOnlyToACertificateOfTheCluster() throws Exception {
        PeerTransport transport = start(one, 7, List.of(one, two), TestCertificates.good());
        JoinRequest request = JoinRequest.newBuilder().setPeerUrl("http://x:1").build();
        JoinReply early = JoinClient.ask(one.address(), TestCertificates.good(), request, PATIENCE);
        assertThat(early.getTryAgain()).as(early.getRefusal()).isTrue();

        ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
        transport.answerJoins(who -> {
            asked.add(who.getPeerUrl());
            return CompletableFuture.completedFuture(
                    JoinReply.newBuilder().setMemberId(5).build());
        });
        JoinReply welcome = JoinClient.ask(one.address(), TestCertificates.good(), request, PATIENCE);
        assertThat(welcome.getMemberId()).isEqualTo(5);
        for (PeerTls other : Arrays.asList(TestCertificates.stranger(), null)) {
            JoinReply refused = JoinClient.ask(one.address(), other, request, PATIENCE);
            assertThat(refused.getMemberId()).isZero();
            assertThat(refused.getRefusal()).contains("does not answer");
        }
        assertThat(asked).containsExactly("http://x:1");
    }

    @Test
    void memberThatLeavesTheList_isCutOffAndToldSo() throws Exception {
        PeerTransport stays = start(one);
        PeerTransport leaves = start(two);
        AtomicBoolean told = new AtomicBoolean();
        leaves.onRemoved(() -> told.set(true));
        await().atMost(PATIENCE).until(() -> leaves.isUsable(1) && stays.isUsable(2));
        stays.update(new GroupMembers(List.of(one), Set.of(2L)));
        await().atMost(PATIENCE).until(told::get);
        assertThat(leaves.isUsable(1)).isFalse();
        assertThat(stays.isUsable(2)).isFalse();
        assertThat(stays.progress(2)).isEmpty();
    }

    @Test
    void frame_isTheProtocolsMessage_andUnknownTypesAreErrors() throws Exception {
        Call call = Call.newBuilder()
                .setKind("k")
                .setPayload(ByteString.copyFromUtf8("p"))
                .build();
        byte[] bytes = FrameCodec.encode(300, call);
        Frame frame = Frame.parseFrom(bytes);
        assertThat(frame.getId()).isEqualTo(300);
        assertThat(frame.getType()).isEqualTo(MessageType.CALL.number());
        assertThat(Call.parseFrom(frame.getBody())).isEqualTo(call);
        assertThat(FrameCodec.decode(bytes)).isEqualTo(new Inbound(300, MessageType.CALL, call));
        assertThatThrownBy(() -> FrameCodec.decode(
                        frame.toBuilder().setType(9_999).build().toByteArray()))
                .hasMessageContaining("unknown message type 9999");
        assertThatThrownBy(
                        () -> MessageType.of(com.alipay.sofa.jraft.rpc.CliRequests.AddPeerRequest.getDefaultInstance()))
                .hasMessageContaining("not a message of the peer protocol");
        assertThatThrownBy(() -> FrameCodec.SERVE.parseRequest(new ByteArrayInputStream(new byte[] {(byte) 0xff})))
                .isInstanceOf(io.grpc.StatusRuntimeException.class);
    }

    private void awaitCalls(PeerTransport caller) {
        await().atMost(PATIENCE)
                .until(() -> caller.linkTo(two.address().hostPort()).isOpenFor(Lane.CALLS));
    }

    private static CompletableFuture<ByteString> call(PeerTransport caller, String kind) {
        return caller.calls().call(2, kind, ByteString.copyFromUtf8("x"), Duration.ofSeconds(10));
    }

    private @Nullable String refusal(PeerTransport caller) {
        return caller.linkTo(two.address().hostPort()).refusal();
    }

    private static void assertEnds(CompletableFuture<?> answer, Class<? extends KvException> kind, KvError error) {
        assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        KvException.class, e -> assertThat(e.error()).isEqualTo(error))
                .isInstanceOf(kind);
    }

    private static Pending patient() {
        return new Pending(PATIENCE.toMillis(), Runnable::run, (answer, error) -> {});
    }

    private static Pending ignored() {
        return new Pending(1_000, Runnable::run, (answer, error) -> {});
    }

    private static RpcRequests.PingRequest ping() {
        return RpcRequests.PingRequest.newBuilder().setSendTimestamp(1).build();
    }

    private static RpcRequests.AppendEntriesRequest append(long index, int size) {
        return RpcRequests.AppendEntriesRequest.newBuilder()
                .setGroupId("g")
                .setServerId("a")
                .setPeerId("b")
                .setTerm(1)
                .setPrevLogIndex(index)
                .setPrevLogTerm(1)
                .setCommittedIndex(0)
                .setData(ByteString.copyFrom(new byte[size]))
                .build();
    }

    private static final class Recorder extends RaftService {
        private final ConcurrentLinkedQueue<Long> arrived;
        private final boolean answers;

        Recorder(ConcurrentLinkedQueue<Long> arrived, boolean answers) {
            this.arrived = arrived;
            this.answers = answers;
        }

        @Override
        void serve(InboundStream stream, Inbound frame) {
            arrived.add(((RpcRequests.AppendEntriesRequest) frame.message()).getPrevLogIndex());
            if (answers) {
                stream.answer(frame.id(), RaftRequests.error("seen"));
            }
        }

        @Override
        public void close() {}
    }
}
