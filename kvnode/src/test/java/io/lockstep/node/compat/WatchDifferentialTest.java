package io.lockstep.node.compat;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.lockstep.api.CompactionRequest;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchCreateRequest.FilterType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The same writes, compactions and watches on a real etcd and here: each watch hears the same, event by event. Everything is
 * let settle before a compaction and after a watch is created, since what a race decides differs on one etcd too.
 */
class WatchDifferentialTest {
    private static final int FIRST_SEED = Integer.getInteger("differential.firstSeed", 1);
    private static final int SEEDS = Integer.getInteger("differential.watchSeeds", 8);
    private static final int STEPS_PER_SEED = Integer.getInteger("differential.stepsPerSeed", 400);
    private static final List<String> KEYS = List.of("a", "aa", "ab", "b", "ba", "c", "d");
    private static final int STREAMS = 3;

    @Test
    void randomHistory_onBoth_isWatchedAlike() {
        Path etcd = Servers.etcdOrSkip();
        try (ServerProcess subject = Servers.startSubject();
                ServerProcess oracle = EtcdServer.start(etcd);
                Connection oracleConnection = oracle.connect();
                Connection subjectConnection = subject.connect()) {
            long events = 0;
            for (int seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
                try (Side expected = new Side(oracle, oracleConnection);
                        Side actual = new Side(subject, subjectConnection)) {
                    new Run(seed, expected, actual).all();
                    for (int i = 0; i < expected.streams.size(); i++) {
                        Map<Long, List<String>> heard = expected.streams.get(i).heard();
                        assertThat(actual.streams.get(i).heard())
                                .as("seed %d, stream %d", seed, i)
                                .isEqualTo(heard);
                        events += heard.values().stream().mapToInt(List::size).sum();
                    }
                }
            }
            System.out.printf(
                    "watches of %s against %s: %d steps, %d events and answers, all alike%n",
                    subject.label(), oracle.label(), SEEDS * STEPS_PER_SEED, events);
            assertThat(events).isPositive();
        }
    }

    @Test
    void largeRevision_isCutIntoTheSameFragments() {
        Path etcd = Servers.etcdOrSkip();
        try (ServerProcess subject = Servers.startSubject();
                ServerProcess oracle = EtcdServer.start(etcd);
                Connection oracleConnection = oracle.connect();
                Connection subjectConnection = subject.connect();
                Side expected = new Side(oracle, oracleConnection);
                Side actual = new Side(subject, subjectConnection)) {
            List<List<String>> heard = new ArrayList<>();
            for (Side side : List.of(expected, actual)) {
                WatchCreateRequest.Builder all =
                        WatchCreateRequest.newBuilder().setKey(bytes("a")).setRangeEnd(bytes("z"));
                WatchRecorder stream = side.stream();
                stream.create(all.setPrevKv(true).setFragment(true).build());
                stream.create(all.setPrevKv(true).setFragment(false).build());
                ByteString value = ByteString.copyFrom(new byte[700_000]);
                TxnRequest twoLarge = TxnRequest.newBuilder()
                        .addSuccess(put("a", value))
                        .addSuccess(put("b", value))
                        .build();
                side.connection.call(twoLarge);
                side.connection.call(twoLarge);
                stream.settle(2);
                heard.add(stream.heard().get(0L));
                heard.add(stream.heard().get(1L));
            }
            assertThat(heard.get(0)).contains("fragment");
            assertThat(heard.get(2)).isEqualTo(heard.get(0));
            assertThat(heard.get(3)).isEqualTo(heard.get(1));
        }
    }

    private static RequestOp put(String key, ByteString value) {
        return RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(bytes(key)).setValue(value))
                .build();
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    /** One server, emptied, and the streams on it. */
    private static final class Side implements AutoCloseable {
        final ServerProcess server;
        final Connection connection;
        final long base;
        final List<WatchRecorder> streams = new ArrayList<>();

        Side(ServerProcess server, Connection connection) {
            this.server = server;
            this.connection = connection;
            connection.call(Requests.deleteEverything());
            this.base = revision();
            connection.call(CompactionRequest.newBuilder().setRevision(base).build());
        }

        long revision() {
            Answer.Given all = (Answer.Given) connection.call(Requests.everything());
            return ((RangeResponse) all.message()).getHeader().getRevision();
        }

        WatchRecorder stream() {
            int colon = server.endpoint().lastIndexOf(':');
            WatchRecorder stream = new WatchRecorder(
                    server.endpoint().substring(0, colon),
                    Integer.parseInt(server.endpoint().substring(colon + 1)),
                    base);
            streams.add(stream);
            return stream;
        }

        @Override
        public void close() {
            streams.forEach(WatchRecorder::close);
        }
    }

    /** The steps of one seed, on both sides in step. */
    private static final class Run {
        private final Random random;
        private final Side expected;
        private final Side actual;
        /** Counted from the base, like all below. */
        private long revision;

        private long compacted;
        private long future;
        private int watches;
        /** Of each stream: it has no watch that begins later than this. */
        private final List<Long> quietUntil = new ArrayList<>();

        Run(int seed, Side expected, Side actual) {
            this.random = new Random(seed);
            this.expected = expected;
            this.actual = actual;
            for (int i = 0; i < STREAMS; i++) {
                expected.stream();
                actual.stream();
                quietUntil.add(0L);
            }
        }

        void all() {
            for (int i = 0; i < STEPS_PER_SEED; i++) {
                step();
            }
            while (revision < future) {
                write(putOf("d"));
            }
            settle();
        }

        private void step() {
            switch (random.nextInt(16)) {
                case 0 -> create();
                case 1 -> cancel();
                case 2 -> compact();
                case 3, 4 -> write(deletion());
                case 5, 6 -> write(txn());
                default -> write(putOf(key()));
            }
        }

        private String key() {
            return KEYS.get(random.nextInt(KEYS.size()));
        }

        private PutRequest putOf(String key) {
            return PutRequest.newBuilder()
                    .setKey(bytes(key))
                    .setValue(bytes("v" + random.nextInt(100)))
                    .build();
        }

        private DeleteRangeRequest deletion() {
            DeleteRangeRequest.Builder deletion =
                    DeleteRangeRequest.newBuilder().setKey(bytes(key()));
            return (random.nextBoolean() ? deletion.setRangeEnd(bytes(key())) : deletion).build();
        }

        private TxnRequest txn() {
            TxnRequest.Builder txn = TxnRequest.newBuilder();
            List<String> keys = new ArrayList<>(KEYS);
            for (int i = random.nextInt(4); i >= 0; i--) {
                String key = keys.remove(random.nextInt(keys.size()));
                if (random.nextInt(4) == 0) {
                    txn.addSuccess(RequestOp.newBuilder()
                            .setRequestDeleteRange(
                                    DeleteRangeRequest.newBuilder().setKey(bytes(key))));
                } else {
                    txn.addSuccess(RequestOp.newBuilder().setRequestPut(putOf(key)));
                }
            }
            return txn.build();
        }

        private void write(Message request) {
            expected.connection.call(request);
            actual.connection.call(request);
            revision = expected.revision() - expected.base;
            assertThat(actual.revision() - actual.base).isEqualTo(revision);
        }

        private void create() {
            WatchCreateRequest.Builder request = WatchCreateRequest.newBuilder()
                    .setKey(bytes(key()))
                    .setPrevKv(random.nextBoolean())
                    .setFragment(random.nextBoolean());
            switch (random.nextInt(4)) {
                case 0 -> request.setRangeEnd(bytes(key()));
                case 1 -> request.setRangeEnd(bytes("a~"));
                case 2 -> request.setRangeEnd(ByteString.copyFrom(new byte[1]));
                default -> {}
            }
            if (random.nextInt(4) == 0) {
                request.addFilters(random.nextBoolean() ? FilterType.NOPUT : FilterType.NODELETE);
            }
            if (random.nextInt(6) == 0) {
                request.setWatchId(1 + random.nextInt(4));
            }
            if (random.nextBoolean()) {
                request.setStartRevision(Math.max(1, revision + 5 - random.nextInt(30)));
            }
            if (request.getStartRevision() > 0 && request.getStartRevision() < compacted) {
                createCompacted(request.build());
                return;
            }
            int stream = random.nextInt(STREAMS);
            expected.streams.get(stream).create(request.build());
            actual.streams.get(stream).create(request.build());
            watches++;
            if (request.getStartRevision() > revision) {
                future = Math.max(future, request.getStartRevision());
                quietUntil.set(stream, Math.max(quietUntil.get(stream), request.getStartRevision()));
            }
            settle();
        }

        /** On a stream of its own: etcd never answers again how far a stream is that had such a watch. */
        private void createCompacted(WatchCreateRequest request) {
            for (Side side : List.of(expected, actual)) {
                WatchRecorder stream = side.stream();
                stream.create(request);
                stream.awaitEnd();
            }
        }

        private void cancel() {
            if (watches > 0) {
                int stream = random.nextInt(STREAMS);
                long id = random.nextInt(5);
                settle();
                expected.streams.get(stream).cancel(id);
                actual.streams.get(stream).cancel(id);
                settle();
            }
        }

        private void compact() {
            settle();
            long to = Math.max(compacted + 1, revision - random.nextInt(15));
            if (to > revision || random.nextInt(3) > 0 || revision < future) {
                return;
            }
            compacted = to;
            for (Side side : List.of(expected, actual)) {
                side.connection.call(CompactionRequest.newBuilder()
                        .setRevision(side.base + to)
                        .build());
            }
        }

        private void settle() {
            for (int i = 0; i < STREAMS; i++) {
                if (quietUntil.get(i) <= revision) {
                    expected.streams.get(i).settle(revision);
                    actual.streams.get(i).settle(revision);
                }
            }
        }
    }
}
