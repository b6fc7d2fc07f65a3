package io.lockstep.examples;

import io.lockstep.client.KvClient;
import java.io.PrintWriter;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "shop",
        description = "A shop in several regions: bought with transactions it never oversells; bought blindly it does.",
        footer = {
            "",
            "Examples:",
            "  kv example shop                        both ways, one after the other",
            "  kv example shop --way blind            only the wrong one",
            "  kv example shop --buyers 50 --stock 1000 --seconds 20"
        })
final class ShopCommand extends Show {
    /** Which way to buy. */
    enum Ways {
        COMPARE,
        BLIND,
        BOTH
    }

    @Option(
            names = "--way",
            defaultValue = "BOTH",
            paramLabel = "WAY",
            description = "compare: transactions that compare. blind: read, then write. both. Default: both.")
    Ways way = Ways.BOTH;

    @Option(names = "--items", defaultValue = "3", paramLabel = "N", description = "Different items. Default: 3.")
    int items;

    @Option(names = "--stock", defaultValue = "50", paramLabel = "N", description = "Of each item. Default: 50.")
    int stock;

    @Option(
            names = "--buyers",
            defaultValue = "12",
            paramLabel = "N",
            description = "Who buy at the same time, spread over the members. Default: 12.")
    int buyers;

    @Option(
            names = "--bound-millis",
            defaultValue = "500",
            paramLabel = "N",
            description = "How stale a region may be. Default: 500.")
    int boundMillis;

    @Override
    boolean run(KvClient client, PrintWriter out) {
        boolean holds = true;
        if (way != Ways.BLIND) {
            Shop.Result right = Shop.run(client, options(Shop.Way.COMPARE));
            out.println("Bought with a transaction that compares; the stock seen is at most " + boundMillis
                    + " ms old, or a quorum is asked:");
            print(right, out);
            out.println(verdict(right.holds(), "orders and stock left add up to the stock at the start"));
            holds = right.holds();
        }
        if (way == Ways.BOTH) {
            out.println();
        }
        if (way != Ways.COMPARE) {
            Shop.Result wrong = Shop.run(client, options(Shop.Way.BLIND));
            out.println("Bought blindly: a stale read, then a write that compares nothing:");
            print(wrong, out);
            out.println(
                    wrong.oversold() > 0
                            ? "oversold: " + wrong.oversold() + " of " + wrong.orders()
                                    + " orders are for things that were not there"
                            : "not oversold this time, by luck: give it more --buyers or --stock");
        }
        return holds;
    }

    private Shop.Options options(Shop.Way which) {
        return new Shop.Options(which, items, stock, buyers, cluster.time(), Duration.ofMillis(boundMillis));
    }

    private static void print(Shop.Result result, PrintWriter out) {
        Table stock = new Table("", "stock", "orders", "left", "oversold");
        for (Shop.Item item : result.items()) {
            stock.row(item.name(), item.initial(), item.orders(), item.left(), item.oversold());
        }
        Table regions = new Table("region", "looked", "staleness: median", "highest");
        for (Shop.Region region : result.regions()) {
            StalenessSummary staleness = region.staleness();
            regions.row(
                    region.endpoint(),
                    staleness.reads(),
                    staleness.medianMillis() + " ms",
                    staleness.highestMillis() + " ms");
        }
        out.print(stock);
        out.print(regions);
        out.printf(
                "  %,d orders in %.1f s; %,d tried again as the stock had changed; %,d calls failed, %,d unknown%n",
                result.orders(), result.took().toMillis() / 1e3, result.conflicts(), result.failed(), result.unknown());
    }
}
