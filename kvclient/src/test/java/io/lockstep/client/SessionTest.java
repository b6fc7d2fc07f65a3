package io.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.ResponseHeader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class SessionTest {
    private static final ByteString KEY = ByteString.copyFromUtf8("k");

    /** A member whose cluster and revision the test sets; it refuses what it has not reached, as a member does. */
    private static final class Member extends KVGrpc.KVImplBase {
        volatile long clusterId = 1;
        volatile long revision = 5;
        final List<RangeRequest> reads = new CopyOnWriteArrayList<>();

        private ResponseHeader header() {
            return ResponseHeader.newBuilder()
                    .setClusterId(clusterId)
                    .setRevision(revision)
                    .build();
        }

        @Override
        public void range(RangeRequest request, StreamObserver<RangeResponse> answer) {
            reads.add(request);
            if (request.getMinRevision() > revision) {
                answer.onError(Status.OUT_OF_RANGE
                        .withDescription("etcdserver: mvcc: required revision is a future revision")
                        .asRuntimeException());
                return;
            }
            answer.onNext(RangeResponse.newBuilder().setHeader(header()).build());
            answer.onCompleted();
        }

        @Override
        public void put(PutRequest request, StreamObserver<PutResponse> answer) {
            revision++;
            answer.onNext(PutResponse.newBuilder().setHeader(header()).build());
            answer.onCompleted();
        }

        RangeRequest lastRead() {
            return reads.get(reads.size() - 1);
        }
    }

    private final Member member = new Member();
    private Server server;
    private KvClient client;
    private Session session;

    @BeforeEach
    void start() throws Exception {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(member)
                .build()
                .start();
        client = KvClient.builder()
                .endpoints("127.0.0.1:" + server.getPort())
                .timeout(Duration.ofSeconds(10))
                .build();
        session = client.session();
    }

    @AfterEach
    void stop() {
        client.close();
        server.shutdownNow();
    }

    @Test
    void get_afterPut_asksForTheRevisionOfThePut() {
        session.get(KEY).join();
        assertThat(member.lastRead().getMinRevision())
                .as("nothing was seen yet")
                .isZero();
        session.put(KEY, KEY).join();
        session.get(KEY).join();
        assertThat(member.lastRead().getMinRevision()).isEqualTo(6);
    }

    @Test
    void get_afterARead_neverAsksForLess() {
        session.get(KEY).join();
        member.revision = 9;
        session.get(KEY).join();
        session.get(KEY).join();
        assertThat(member.lastRead().getMinRevision()).isEqualTo(9);
        session.get(KEY, GetOptions.DEFAULT.consistency(Consistency.atLeast(7))).join();
        assertThat(member.lastRead().getMinRevision()).isEqualTo(9);
    }

    @Test
    void get_bounded_meetsBoth() {
        session.put(KEY, KEY).join();
        session.get(KEY, GetOptions.DEFAULT.consistency(Consistency.atMost(Duration.ofMillis(300))))
                .join();
        assertThat(member.lastRead().getMinRevision()).isEqualTo(6);
        assertThat(member.lastRead().getMaxStalenessMillis()).isEqualTo(300);
    }

    @Test
    void get_clusterWasRestored_beginsAnewThere() {
        member.revision = 50;
        session.get(KEY).join();
        member.clusterId = 2;
        member.revision = 3;
        session.get(KEY).join();
        assertThat(session.token()).isEqualTo(new Session.Token(2, 3));
    }

    @Test
    void get_sameClusterWentBack_fails() {
        member.revision = 50;
        session.get(KEY).join();
        member.revision = 3;
        assertThatThrownBy(() -> session.get(KEY).join())
                .hasCauseInstanceOf(DefiniteFailure.class)
                .hasMessageContaining("future revision");
        assertThat(session.token().revision()).isEqualTo(50);
    }

    @Test
    void follow_anotherSession_seesWhatItSaw() {
        Session other = client.session();
        member.revision = 20;
        other.get(KEY).join();
        session.follow(other.token());
        session.get(KEY).join();
        assertThat(member.lastRead().getMinRevision()).isEqualTo(20);
    }

    @Test
    void follow_aSessionThatHasSeenNothing_keepsWhatThisOneSaw() {
        session.get(KEY).join();
        session.follow(client.session().token());
        assertThat(session.token()).isEqualTo(new Session.Token(1, 5));
    }

    @Test
    void token_asText_goesOnInAnotherSession() {
        member.clusterId = 0xcafe_0000_0000_0001L;
        member.revision = 20;
        session.get(KEY).join();
        String text = session.token().toString();
        assertThat(text).isEqualTo("cafe000000000001:20");
        assertThat(client.session(Session.Token.parse(text)).token()).isEqualTo(session.token());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "cafe", ":1", "cafe:", "cafe:-1", "wrong:1", "cafe:1:2"})
    void token_ofOtherText_isRefusedWithOneLine(String text) {
        assertThatThrownBy(() -> Session.Token.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + text + "\"");
    }

    @Test
    void put_accepted_isRefused() {
        assertThatThrownBy(() -> session.put(KEY, KEY, PutOptions.DEFAULT.ack(Ack.ACCEPTED)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
