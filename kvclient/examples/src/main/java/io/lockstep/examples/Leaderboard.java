package io.lockstep.examples;

import com.google.protobuf.ByteString;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeRequest.SortOrder;
import io.lockstep.api.RangeRequest.SortTarget;
import io.lockstep.api.RangeResponse;
import io.lockstep.client.Acked;
import io.lockstep.client.ClientException;
import io.lockstep.client.Consistency;
import io.lockstep.client.DefiniteFailure;
import io.lockstep.client.Endpoint;
import io.lockstep.client.GetOptions;
import io.lockstep.client.KeyRange;
import io.lockstep.client.KvClient;
import io.lockstep.client.Served;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * Players who score, and a leaderboard at each member that reads the top ten stale: nobody minds a board that is a moment
 * old, and it is shown in a minority too. Each board says how old it may be, and that is checked: it must contain every
 * score that was acknowledged so long before.
 */
public final class Leaderboard {
    private static final int TOP = 10;

    private final KvClient client;
    private final List<Endpoint> endpoints;
    private final Options options;
    private final Names names = Names.fresh("leaderboard");
    private final Acknowledged acknowledged = new Acknowledged();
    private final AtomicLongArray scores;
    private final List<StalenessTally> boards;
    private final AtomicReferenceArray<Board> last;
    private final LongAdder written = new LongAdder();
    private final LongAdder tooOld = new LongAdder();
    private final LongAdder wentBack = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder unknown = new LongAdder();

    /** @param players 10 to 1000; each scores on, one call after the other, on up to 16 threads */
    public record Options(int players, Duration time) {
        public Options {
            if (players < TOP || players > 1000) {
                throw new IllegalArgumentException("players is " + players + "; it must be " + TOP + " to 1000");
            }
        }

        /** Fifty players. */
        public static Options defaults(Duration time) {
            return new Options(50, time);
        }
    }

    /** One line of a board. */
    public record Place(String player, long score) {}

    /**
     * What one member's board showed.
     *
     * @param top the last one, the best first
     * @param served how that one was served
     */
    public record Board(String endpoint, List<Place> top, Served served) {}

    /**
     * @param boards the last of each member that answered
     * @param reads of each endpoint, in the client's order
     * @param finalTop linearizably, when the players had stopped
     * @param expectedTop what the players know of their scores
     * @param tooOld boards that lacked a score which their staleness promised
     * @param wentBack boards older than one that the same member had shown before
     * @param failed calls that definitely did nothing
     * @param unknown scores whose outcome was not learned; with any, {@code expectedTop} is not compared
     */
    public record Result(
            List<Board> boards,
            List<StalenessSummary> reads,
            List<Place> finalTop,
            List<Place> expectedTop,
            long written,
            long tooOld,
            long wentBack,
            long failed,
            long unknown) {
        /** Whether each board kept what it promised, and the scores of the final one are the players'. */
        public boolean holds() {
            boolean same = unknown > 0 || scores(finalTop).equals(scores(expectedTop));
            return same && tooOld == 0 && wentBack == 0;
        }

        /** Players with equal scores may stand in any order. */
        private static List<Long> scores(List<Place> top) {
            return top.stream().map(Place::score).toList();
        }
    }

    private Leaderboard(KvClient client, Options options) {
        this.client = client;
        this.endpoints = client.endpoints();
        this.options = options;
        this.scores = new AtomicLongArray(options.players());
        this.boards = endpoints.stream().map(endpoint -> new StalenessTally()).toList();
        this.last = new AtomicReferenceArray<>(endpoints.size());
    }

    /**
     * Lets the players score and the boards be read until the time is up. Blocks.
     *
     * @throws ClientException if nobody can be asked for the final board
     */
    public static Result run(KvClient client, Options options) {
        return new Leaderboard(client, options).run();
    }

    private Result run() {
        new Crowd()
                .add("player", Math.min(16, options.players()), this::score)
                .add("board", endpoints.size(), this::show)
                .run(options.time());
        List<Place> finalTop = top(client.sync().range(top(Consistency.linearizable())));
        client.delete(KeyRange.prefix(names.all()));
        return new Result(
                IntStream.range(0, endpoints.size())
                        .mapToObj(at -> Optional.ofNullable(last.get(at)))
                        .flatMap(Optional::stream)
                        .toList(),
                boards.stream().map(StalenessTally::summary).toList(),
                finalTop,
                expectedTop(),
                written.sum(),
                tooOld.sum(),
                wentBack.sum(),
                failed.sum(),
                unknown.sum());
    }

    /** One thread for every sixteenth player, so that a player's scores are written one after the other. */
    private void score(int first, BooleanSupplier open) {
        int step = Math.min(16, options.players());
        for (int player = first;
                open.getAsBoolean();
                player = player + step < options.players() ? player + step : first) {
            long score = scores.get(player) + ThreadLocalRandom.current().nextLong(1, 100);
            try {
                // Text is sorted by its bytes: leading zeros make that the order of the numbers.
                Acked acked = Acked.of(
                        client.put(names.key(name(player)), ByteString.copyFromUtf8(String.format("%012d", score)))
                                .join());
                scores.set(player, score);
                acknowledged.add(acked.revision().orElseThrow());
                written.increment();
            } catch (CompletionException failure) {
                (failure.getCause() instanceof DefiniteFailure ? failed : unknown).increment();
            }
        }
    }

    private void show(int at, BooleanSupplier open) {
        RangeRequest request = top(Consistency.stale());
        long newest = 0;
        while (open.getAsBoolean()) {
            long sent = acknowledged.now();
            try {
                RangeResponse seen = client.sync().range(endpoints.get(at), request);
                Served served = Served.of(seen);
                boards.get(at).add(served);
                last.set(at, new Board(endpoints.get(at).toString(), top(seen), served));
                served.staleness()
                        .filter(most -> acknowledged.owed(sent, most) > served.revision())
                        .ifPresent(broken -> tooOld.increment());
                if (served.revision() < newest) {
                    wentBack.increment();
                }
                newest = served.revision();
            } catch (ClientException memberAway) {
                failed.increment();
                newest = 0; // a restarted member begins with what it has on disk
            }
        }
    }

    private RangeRequest top(Consistency consistency) {
        return GetOptions.DEFAULT
                .withPrefix()
                .limit(TOP)
                .sort(SortTarget.VALUE, SortOrder.DESCEND)
                .consistency(consistency)
                .toRequest(names.all());
    }

    private List<Place> top(RangeResponse board) {
        return board.getKvsList().stream()
                .map(line -> new Place(
                        line.getKey().toStringUtf8().substring(names.prefix().length()), Names.number(line.getValue())))
                .toList();
    }

    private List<Place> expectedTop() {
        return IntStream.range(0, options.players())
                .filter(player -> scores.get(player) > 0)
                .mapToObj(player -> new Place(name(player), scores.get(player)))
                .sorted((one, other) -> Long.compare(other.score(), one.score()))
                .limit(TOP)
                .toList();
    }

    private static String name(int player) {
        return "player-" + (player + 1);
    }
}
