package io.lockstep.node.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.alipay.sofa.jraft.entity.LocalStorageOutter.StablePBMeta;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteResponse;
import com.alipay.sofa.jraft.storage.io.ProtoBufFile;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.lockstep.node.raft.PeerAddress;
import io.lockstep.node.raft.PeerMember;
import io.lockstep.node.raft.RaftConfig;
import io.lockstep.node.raft.RaftGroup;
import io.lockstep.node.raft.RaftLimits;
import io.lockstep.node.raft.RaftListener;
import io.lockstep.node.raft.StateMachine;
import io.lockstep.node.raft.transport.FrameCodec.Inbound;
import io.lockstep.proto.peer.FoundingReply;
import io.lockstep.proto.peer.FoundingRequest;
import io.lockstep.proto.peer.Lane;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One real member between two that only pretend: a vote must be on disk before anybody hears of it. */
class ElectionCrashTest {
    private static final long CLUSTER = 0xe1ec;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    /** What was on disk when the candidate's request for a vote arrived. */
    private record Seen(RequestVoteRequest request, StablePBMeta onDisk) {}

    private PeerMember real;
    private PeerMember second;
    private PeerMember third;

    @Test
    void candidateThatCrashesInAnElection_doesNotVoteForAnotherInThatTerm() throws Exception {
        real = member(1);
        second = member(2);
        third = member(3);
        CompletableFuture<Seen> vote = new CompletableFuture<>();
        try (PeerTransport peer = pretend(second, vote);
                PeerTransport other = pretend(third, vote)) {
            RaftGroup group = start();
            Seen seen;
            try {
                seen = vote.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } finally {
                group.close();
            }
            assertThat(seen.onDisk().getTerm()).isEqualTo(seen.request().getTerm());
            assertThat(seen.onDisk().getVotedfor()).isEqualTo(PeerIds.text(real.address()));

            // The disk is what a crash at that moment would have left: only the last vote counts.
            long term = termOnDisk();
            try (RaftGroup again = start()) {
                await().atMost(PATIENCE).until(() -> peer.isUsable(1));
                assertThat(askForVote(peer, term).getGranted()).isFalse();
                assertThat(other.isUsable(1) || again.status().term() >= term).isTrue();
            }
        }
    }

    private RaftGroup start() throws Exception {
        return RaftGroup.start(
                new RaftConfig(
                        CLUSTER,
                        1,
                        "real",
                        real.address(),
                        List.of(real, second, third),
                        true,
                        directory,
                        new InetSocketAddress("127.0.0.1", real.address().port()),
                        Duration.ofMillis(200),
                        Duration.ofMillis(2_000),
                        Optional.empty(),
                        RaftLimits.DEFAULTS,
                        "test"),
                new NoState(),
                new RaftListener() {
                    @Override
                    public void onLeaderStart(long term) {}

                    @Override
                    public void onLeaderStop() {}

                    @Override
                    public void onLeaderChanged(long leaderMemberId, long term) {}
                },
                (what, cause) -> {});
    }

    /** Founds with the real member, lets it become a candidate, and never answers its request for a vote. */
    private PeerTransport pretend(PeerMember self, CompletableFuture<Seen> vote) throws Exception {
        PeerTransport transport = PeerTransport.start(new TransportConfig(
                CLUSTER,
                "lockstep-" + Long.toHexString(CLUSTER),
                self,
                List.of(real, second, third),
                new InetSocketAddress("127.0.0.1", self.address().port()),
                null,
                16 << 20,
                1_000,
                Duration.ofSeconds(5),
                "test"));
        transport.calls().handle("founding", (from, payload) -> {
            try {
                return CompletableFuture.completedFuture(FoundingReply.newBuilder()
                        .setNonce(self.memberId())
                        .setKnownNonce(FoundingRequest.parseFrom(payload).getNonce())
                        .build()
                        .toByteString());
            } catch (IOException e) {
                return CompletableFuture.<ByteString>failedFuture(e);
            }
        });
        transport.serve(new RaftService() {
            @Override
            void serve(InboundStream stream, Inbound frame) {
                if (!(frame.message() instanceof RequestVoteRequest request)) {
                    stream.answer(frame.id(), RaftRequests.error("pretending"));
                } else if (request.getPreVote()) {
                    stream.answer(
                            frame.id(),
                            RequestVoteResponse.newBuilder()
                                    .setTerm(request.getTerm() - 1)
                                    .setGranted(true)
                                    .build());
                } else {
                    try {
                        vote.complete(new Seen(request, voteOnDisk()));
                    } catch (IOException e) {
                        vote.completeExceptionally(e);
                    }
                }
            }

            @Override
            public void close() {}
        });
        return transport;
    }

    private RequestVoteResponse askForVote(PeerTransport candidate, long term) throws Exception {
        CompletableFuture<Message> answer = new CompletableFuture<>();
        RequestVoteRequest request = RequestVoteRequest.newBuilder()
                .setGroupId("lockstep-" + Long.toHexString(CLUSTER))
                .setServerId(PeerIds.text(second.address()))
                .setPeerId(PeerIds.text(real.address()))
                .setTerm(term)
                .setLastLogIndex(0)
                .setLastLogTerm(0)
                .setPreVote(false)
                .build();
        candidate.send(
                1,
                Lane.CONTROL,
                request,
                new Pending(10_000, Runnable::run, (message, error) -> answer.complete(message)));
        return (RequestVoteResponse) answer.get(10, TimeUnit.SECONDS);
    }

    private StablePBMeta voteOnDisk() throws IOException {
        Path file = directory.resolve("raft").resolve("vote").resolve("raft_meta");
        return Files.exists(file)
                ? new ProtoBufFile(file.toString()).load()
                : StablePBMeta.newBuilder().setTerm(0).setVotedfor("").build();
    }

    private long termOnDisk() throws IOException {
        return voteOnDisk().getTerm();
    }

    private static PeerMember member(long id) throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return new PeerMember(id, new PeerAddress("127.0.0.1", socket.getLocalPort(), 0));
        }
    }

    private static final class NoState implements StateMachine {
        @Override
        public void apply(long index, long term, ByteBuffer entry) {}

        @Override
        public void endOfBatch() {}

        @Override
        public void checkpoint(Path target) throws IOException {
            Files.createDirectory(target);
        }

        @Override
        public void install(Path checkpoint) {}

        @Override
        public long appliedIndex() {
            return 0;
        }

        @Override
        public long appliedTerm() {
            return 0;
        }

        @Override
        public void flush() {}
    }
}
