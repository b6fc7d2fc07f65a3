package io.lockstep.node.compat;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.lockstep.api.CompactionRequest;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.RequestOp;
import io.lockstep.api.ResponseHeader;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchCreateRequest.FilterType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The same writes, compactions and watches on a real etcd and here: each watch hears the same, event by event. Everything is
 * let settle before a compaction and before a watch is cancelled, since what a race decides differs on one etcd too.
 */
class WatchDifferentialTest {
    private static final int FIRST_SEED = Integer.getInteger("differential.firstSeed", 1);
    private static final int SEEDS = Integer.getInteger("differential.watchSeeds", 13);
    private static final int STEPS_PER_SEED = Integer.getInteger("differential.stepsPerSeed", 400);
    private static final List<String> KEYS = List.of("a", "aa", "ab", "a\0", "b", "ba", "c", "d", "\u00ff");
    private static final int STREAMS = 3;

    /** One of each serves all tests: every run empties them first. */
    private static @Nullable ServerProcess oracle;

    private static @Nullable ServerProcess subject;

    @BeforeAll
    static void start() {
        Path etcd = Servers.etcdOrSkip();
        oracle = EtcdServer.start(etcd);
        subject = Servers.startSubject();
    }

    @AfterAll
    static void stop() {
        for (ServerProcess server : Arrays.asList(oracle, subject)) {
            if (server != null) {
                server.close();
            }
        }
    }

    @Test
    void randomHistory_onBoth_isWatchedAlike() {
        try (Connection oracleConnection = oracle.connect();
                Connection subjectConnection = subject.connect()) {
            Run.Counts counts = new Run.Counts();
            for (int seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
                try (Side expected = new Side(oracle, oracleConnection);
                        Side actual = new Side(subject, subjectConnection)) {
                    Run run = new Run(seed, expected, actual, counts);
                    run.all();
                    Optional<String> difference = run.firstDifference();
                    if (difference.isPresent()) {
                        throw new AssertionError("seed " + seed + " was watched differently: " + difference.get());
                    }
                }
            }
            System.out.printf(
                    "watches of %s against %s: %d steps of %d seeds, all alike; %s%n",
                    subject.label(), oracle.label(), SEEDS * STEPS_PER_SEED, SEEDS, counts);
            assertThat(counts.events).isPositive();
            assertThat(counts.compacted).isPositive();
        }
    }

    @Test
    void largeRevision_isCutIntoTheSameFragments() {
        try (Connection oracleConnection = oracle.connect();
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

    /** One history, a compaction within it, and a watch from there. */
    private record Compacted(String name, List<Message> writes, List<Long> compactions, List<String> heard) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Compacted> compactedDeletions() {
        Message put = put("a", ByteString.EMPTY).getRequestPut();
        Message other = put("b", ByteString.EMPTY).getRequestPut();
        Message delete = DeleteRangeRequest.newBuilder().setKey(bytes("a")).build();
        Message both = DeleteRangeRequest.newBuilder()
                .setKey(bytes("a"))
                .setRangeEnd(bytes("c"))
                .build();
        String gone = "DELETE a= c0 m2 v0 l0";
        return List.of(
                new Compacted("the last change", List.of(put, delete), List.of(2L), List.of(gone)),
                new Compacted("put again", List.of(put, delete, put), List.of(2L), List.of(gone, "PUT a= c3 m3 v1 l0")),
                new Compacted(
                        "other keys go on",
                        List.of(put, delete, other, other),
                        List.of(2L),
                        List.of(gone, "PUT b= c3 m3 v1 l0", "PUT b= c3 m4 v2 l0 was b= c3 m3 v1 l0")),
                new Compacted("compacted up to it before", List.of(put, delete), List.of(1L, 2L), List.of(gone)),
                new Compacted(
                        "deleted twice",
                        List.of(put, delete, put, delete),
                        List.of(2L, 4L),
                        List.of("DELETE a= c0 m4 v0 l0")),
                new Compacted(
                        "two in one revision",
                        List.of(put, other, both),
                        List.of(3L),
                        List.of("DELETE a= c0 m3 v0 l0", "DELETE b= c0 m3 v0 l0")),
                new Compacted(
                        "deleted before", List.of(put, delete, other), List.of(3L), List.of("PUT b= c3 m3 v1 l0")));
    }

    /** etcd #18089, #19179: the deletion at the compact revision was lost to those who watch from there. */
    @Test
    void watchFromACompactedDeletion_hearsItOnBoth() {
        try (Connection oracleConnection = oracle.connect();
                Connection subjectConnection = subject.connect()) {
            for (Compacted compacted : compactedDeletions()) {
                try (Side expected = new Side(oracle, oracleConnection);
                        Side actual = new Side(subject, subjectConnection)) {
                    for (Side side : List.of(expected, actual)) {
                        assertThat(heardFrom(compacted, side))
                                .as("%s, on %s", compacted, side.server.label())
                                .isEqualTo(compacted.heard());
                    }
                }
            }
        }
    }

    private static List<String> heardFrom(Compacted compacted, Side side) {
        compacted.writes().forEach(side.connection::call);
        for (long revision : compacted.compactions()) {
            side.connection.call(CompactionRequest.newBuilder()
                    .setRevision(side.base + revision)
                    .setPhysical(true)
                    .build());
        }
        WatchRecorder stream = side.stream();
        stream.create(WatchCreateRequest.newBuilder()
                .setKey(bytes("a"))
                .setRangeEnd(bytes("c"))
                .setStartRevision(
                        compacted.compactions().get(compacted.compactions().size() - 1))
                .setPrevKv(true)
                .build());
        stream.settle(compacted.writes().size());
        List<String> heard = stream.heard().get(0L);
        return heard.subList(1, heard.size());
    }

    private static RequestOp put(String key, ByteString value) {
        return RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(bytes(key)).setValue(value))
                .build();
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFrom(text, StandardCharsets.ISO_8859_1);
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
        /** What all runs met. */
        static final class Counts {
            long events;
            int watches;
            int cancels;
            int compactions;
            int compacted;

            @Override
            public String toString() {
                return events + " events, " + watches + " watches, " + cancels + " cancels, " + compactions
                        + " compactions, " + compacted + " watches from before one";
            }
        }

        private final Random random;
        private final Side expected;
        private final Side actual;
        private final Counts counts;
        /** Counted from the base, like all below. */
        private long revision;

        private long compacted;
        private long lastDeletion;
        private long future;
        private int watches;
        /** Of each stream: it has no watch that begins later than this. */
        private final List<Long> quietUntil = new ArrayList<>();
        /** What was asked of each stream, for the report of a difference. */
        private final List<List<String>> asked = new ArrayList<>();

        Run(int seed, Side expected, Side actual, Counts counts) {
            this.random = new Random(seed);
            this.expected = expected;
            this.actual = actual;
            this.counts = counts;
            for (int i = 0; i < STREAMS; i++) {
                newStream();
                quietUntil.add(0L);
            }
        }

        private int newStream() {
            expected.stream();
            actual.stream();
            asked.add(new ArrayList<>());
            return asked.size() - 1;
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

        /** Where the two sides heard something else first, by stream and watch; empty: nowhere. */
        Optional<String> firstDifference() {
            for (int i = 0; i < asked.size(); i++) {
                Map<Long, List<String>> wanted = expected.streams.get(i).heard();
                Map<Long, List<String>> heard = actual.streams.get(i).heard();
                counts.events += expected.streams.get(i).events();
                Set<Long> ids = new TreeSet<>(wanted.keySet());
                ids.addAll(heard.keySet());
                for (long id : ids) {
                    List<String> first = wanted.getOrDefault(id, List.of());
                    List<String> second = heard.getOrDefault(id, List.of());
                    if (!first.equals(second)) {
                        return Optional.of(describe(i, id, first, second));
                    }
                }
            }
            return Optional.empty();
        }

        private String describe(int stream, long id, List<String> first, List<String> second) {
            int at = 0;
            while (at < Math.min(first.size(), second.size()) && first.get(at).equals(second.get(at))) {
                at++;
            }
            return "stream " + stream + ", watch " + id + ", after " + at + " lines that are the same (compacted to "
                    + compacted + ")\n  oracle:  " + line(first, at) + "\n  subject: " + line(second, at)
                    + "\nthe stream was asked:\n  " + String.join("\n  ", asked.get(stream));
        }

        private static String line(List<String> lines, int at) {
            return at < lines.size() ? lines.get(at) : "nothing more";
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
            CompletableFuture<Answer> second = actual.connection.ask(request);
            revision = revisionIn(expected.connection.call(request)) - expected.base;
            assertThat(revisionIn(second.join()) - actual.base).isEqualTo(revision);
            if (request instanceof DeleteRangeRequest) {
                lastDeletion = revision;
            }
        }

        private static long revisionIn(Answer answer) {
            Message message = ((Answer.Given) answer).message();
            return ((ResponseHeader)
                            message.getField(message.getDescriptorForType().findFieldByName("header")))
                    .getRevision();
        }

        private void create() {
            WatchCreateRequest.Builder request = WatchCreateRequest.newBuilder()
                    .setKey(random.nextInt(20) == 0 ? ByteString.EMPTY : bytes(key()))
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
                request.setStartRevision(startRevision());
            }
            counts.watches++;
            if (request.getStartRevision() > 0 && request.getStartRevision() < compacted) {
                createCompacted(request.build());
                return;
            }
            int stream = random.nextInt(STREAMS);
            create(stream, request.build());
            watches++;
            if (request.getStartRevision() > revision) {
                future = Math.max(future, request.getStartRevision());
                quietUntil.set(stream, Math.max(quietUntil.get(stream), request.getStartRevision()));
            }
        }

        /** Often around the compact revision, where etcd had its mistakes. */
        private long startRevision() {
            if (compacted > 1 && random.nextInt(3) == 0) {
                return compacted - 1 + Math.min(1, random.nextInt(4));
            }
            return Math.max(1, revision + 5 - random.nextInt(30));
        }

        private void create(int stream, WatchCreateRequest request) {
            asked.get(stream).add("at revision " + revision + ": " + new Answer.Given(request));
            expected.streams.get(stream).create(request);
            actual.streams.get(stream).create(request);
        }

        /** On a stream of its own: etcd never answers again how far a stream is that had such a watch. */
        private void createCompacted(WatchCreateRequest request) {
            int stream = newStream();
            create(stream, request);
            expected.streams.get(stream).awaitEnd();
            actual.streams.get(stream).awaitEnd();
            counts.compacted++;
        }

        private void cancel() {
            int stream = random.nextInt(STREAMS);
            long id = random.nextInt(5);
            // What waits to be sent when a cancel comes is lost in etcd; with a watch of the future nobody can tell.
            if (watches > 0 && settle(stream)) {
                asked.get(stream).add("at revision " + revision + ": cancel " + id);
                expected.streams.get(stream).cancel(id);
                actual.streams.get(stream).cancel(id);
                counts.cancels++;
            }
        }

        private void compact() {
            long to = lastDeletion > compacted && random.nextBoolean()
                    ? lastDeletion
                    : Math.max(compacted + 1, revision - random.nextInt(15));
            if (to > revision || random.nextInt(3) > 0 || revision < future) {
                return;
            }
            settle();
            compacted = to;
            counts.compactions++;
            boolean physical = random.nextBoolean();
            for (Side side : List.of(expected, actual)) {
                side.connection.call(CompactionRequest.newBuilder()
                        .setRevision(side.base + to)
                        .setPhysical(physical)
                        .build());
            }
        }

        private void settle() {
            for (int i = 0; i < STREAMS; i++) {
                settle(i);
            }
        }

        /** False: it can't be known yet. */
        private boolean settle(int stream) {
            if (quietUntil.get(stream) > revision) {
                return false;
            }
            expected.streams.get(stream).settle(revision);
            actual.streams.get(stream).settle(revision);
            return true;
        }
    }
}
