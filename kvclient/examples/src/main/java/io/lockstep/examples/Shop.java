package io.lockstep.examples;

import com.google.protobuf.ByteString;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.TxnResponse;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.client.ClientException;
import io.lockstep.client.Compare;
import io.lockstep.client.Consistency;
import io.lockstep.client.DefiniteFailure;
import io.lockstep.client.Endpoint;
import io.lockstep.client.GetOptions;
import io.lockstep.client.KeyRange;
import io.lockstep.client.KvClient;
import io.lockstep.client.Op;
import io.lockstep.client.Served;
import io.lockstep.client.Txn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * A shop with a region at each member. Buyers look at the stock in their own region, which is near and may lag, and buy with
 * a transaction. That is safe although what they saw was old: the transaction takes the item only if its stock has not
 * changed since, and tells the present stock if it has. Orders and stock left always add up to the stock at the start.
 *
 * <p>Done {@linkplain Way#BLIND wrongly}, the buyer writes what follows from the stock that it saw, changed since or not:
 * two who saw the same last item both get it.
 */
public final class Shop {
    private final KvClient client;
    private final List<Endpoint> endpoints;
    private final Options options;
    private final Names names = Names.fresh("shop");
    private final List<StalenessTally> regions;
    private final AtomicLong lastOrder = new AtomicLong();
    private final LongAdder conflicts = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder unknown = new LongAdder();

    /** How a purchase is done. */
    public enum Way {
        /** The right one: a transaction that compares; the stock is read with a bound on its staleness. */
        COMPARE,
        /** The wrong one: a stale read, and then a write that compares nothing. */
        BLIND
    }

    /**
     * @param items how many different ones there are, 1 to 50
     * @param stock how many of each there are at the start
     * @param buyers how many buy at the same time; they are spread over the regions
     * @param time after which the shop closes, sold out or not
     * @param bound how stale a region may be, for {@link Way#COMPARE}
     */
    public record Options(Way way, int items, int stock, int buyers, Duration time, Duration bound) {
        public Options {
            if (items < 1 || items > 50 || stock < 1 || buyers < 1) {
                throw new IllegalArgumentException("items is " + items + " (1 to 50), stock " + stock + " and buyers "
                        + buyers + " (both at least 1)");
            }
        }

        /** Three items, 50 of each, twelve buyers, regions at most half a second stale. */
        public static Options defaults(Way way, Duration time) {
            return new Options(way, 3, 50, 12, time, Duration.ofMillis(500));
        }
    }

    /**
     * What became of one item.
     *
     * @param orders for it
     * @param left in stock
     */
    public record Item(String name, long initial, long orders, long left) {
        /** How many were sold that were not there. */
        public long oversold() {
            return Math.max(0, orders + left - initial);
        }

        /** Whether orders and stock left add up to the stock at the start. */
        public boolean holds() {
            return orders + left == initial;
        }
    }

    /** What the buyers of one region read. */
    public record Region(String endpoint, StalenessSummary staleness) {}

    /**
     * @param items as one state of the store has them, read linearizably after the shop had closed
     * @param conflicts purchases that found the stock changed, and were tried again on the present one
     * @param failed calls that definitely did nothing
     * @param unknown purchases whose outcome was not learned; they are in {@code items} like the others
     */
    public record Result(
            Way way, List<Item> items, List<Region> regions, long conflicts, long failed, long unknown, Duration took) {
        /** Orders of all items. */
        public long orders() {
            return items.stream().mapToLong(Item::orders).sum();
        }

        /** How many were sold that were not there. */
        public long oversold() {
            return items.stream().mapToLong(Item::oversold).sum();
        }

        /** Whether for every item orders and stock left add up to the stock at the start. */
        public boolean holds() {
            return items.stream().allMatch(Item::holds);
        }
    }

    private Shop(KvClient client, Options options) {
        this.client = client;
        this.endpoints = client.endpoints();
        this.options = options;
        this.regions = endpoints.stream().map(endpoint -> new StalenessTally()).toList();
    }

    /**
     * Stocks the shop, lets people buy until all is sold or the time is up, and counts. Blocks.
     *
     * @param client with an endpoint per region; faults of members are counted and got around
     * @throws ClientException if the shop can't be stocked, or nobody can be asked for the final count
     */
    public static Result run(KvClient client, Options options) {
        return new Shop(client, options).run();
    }

    private Result run() {
        client.sync()
                .commit(Txn.of(items().mapToObj(item -> Op.put(stock(item), Names.number(options.stock())))
                        .toArray(Op[]::new)));
        long start = System.nanoTime();
        new Crowd().add("buyer", options.buyers(), this::buyAll).run(options.time());
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        List<Item> items = count();
        client.delete(KeyRange.prefix(names.all()));
        List<Region> summaries = IntStream.range(0, regions.size())
                .mapToObj(at ->
                        new Region(endpoints.get(at).toString(), regions.get(at).summary()))
                .toList();
        return new Result(options.way(), items, summaries, conflicts.sum(), failed.sum(), unknown.sum(), took);
    }

    private IntStream items() {
        return IntStream.range(0, options.items());
    }

    private ByteString stock(int item) {
        return names.key("stock/" + item);
    }

    private ByteString orders(int item) {
        return names.key("orders/" + item + "/");
    }

    private ByteString nextOrder(int item) {
        return names.key("orders/" + item + "/" + lastOrder.incrementAndGet());
    }

    private void buyAll(int buyer, BooleanSupplier open) {
        List<Integer> wanted = new ArrayList<>(items().boxed().toList());
        int region = buyer % endpoints.size();
        while (open.getAsBoolean() && !wanted.isEmpty()) {
            int at = ThreadLocalRandom.current().nextInt(wanted.size());
            try {
                if (!buy(wanted.get(at), region)) {
                    wanted.remove(at);
                }
            } catch (DefiniteFailure nothingHappened) {
                failed.increment();
            } catch (ClientException perhaps) {
                unknown.increment();
            }
        }
    }

    /** @return false: it is sold out, as far as this region shows */
    private boolean buy(int item, int region) {
        RangeResponse seen = look(item, region);
        if (seen.getKvsCount() == 0) {
            return true; // not even stocked yet in this region
        }
        return options.way() == Way.COMPARE ? buyComparing(item, seen.getKvs(0)) : buyBlindly(item, seen.getKvs(0));
    }

    /** In the buyer's own region; while its member is away, in another. */
    private RangeResponse look(int item, int region) {
        Consistency consistency =
                options.way() == Way.COMPARE ? Consistency.atMost(options.bound()) : Consistency.stale();
        GetOptions how = GetOptions.DEFAULT.consistency(consistency);
        try {
            RangeResponse seen = client.sync().range(endpoints.get(region), how.toRequest(stock(item)));
            regions.get(region).add(Served.of(seen));
            return seen;
        } catch (DefiniteFailure memberAway) {
            failed.increment();
            return client.sync().get(stock(item), how);
        }
    }

    private boolean buyComparing(int item, KeyValue seen) {
        KeyValue newest = seen;
        while (Names.number(newest.getValue()) > 0) {
            TxnResponse answer = client.sync()
                    .commit(Txn.when(Compare.modRevision(stock(item)).equalTo(newest.getModRevision()))
                            .then(
                                    Op.put(stock(item), Names.number(Names.number(newest.getValue()) - 1)),
                                    Op.put(nextOrder(item), ByteString.EMPTY))
                            .otherwise(Op.get(stock(item))));
            if (answer.getSucceeded()) {
                return true;
            }
            conflicts.increment();
            newest = answer.getResponses(0).getResponseRange().getKvs(0);
        }
        return false;
    }

    private boolean buyBlindly(int item, KeyValue seen) {
        long left = Names.number(seen.getValue());
        if (left == 0) {
            return false;
        }
        client.sync()
                .commit(Txn.of(Op.put(stock(item), Names.number(left - 1)), Op.put(nextOrder(item), ByteString.EMPTY)));
        return true;
    }

    /** In one transaction, so that stock and orders are of one state. */
    private List<Item> count() {
        Op[] both = items().boxed()
                .flatMap(item ->
                        List.of(
                                Op.get(stock(item)),
                                Op.get(
                                        orders(item),
                                        GetOptions.DEFAULT.withPrefix().countOnly()))
                                .stream())
                .toArray(Op[]::new);
        TxnResponse answer = client.sync().commit(Txn.of(both));
        return items().mapToObj(item -> new Item(
                        "item " + (item + 1),
                        options.stock(),
                        answer.getResponses(2 * item + 1).getResponseRange().getCount(),
                        Names.number(answer.getResponses(2 * item)
                                .getResponseRange()
                                .getKvs(0)
                                .getValue())))
                .toList();
    }
}
