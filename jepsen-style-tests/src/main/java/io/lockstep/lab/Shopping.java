package io.lockstep.lab;

import io.lockstep.client.KvClient;
import io.lockstep.examples.Shop;
import java.time.Duration;

/** The shop of the examples, run both ways on the lab's cluster once the faults are over. */
final class Shopping {
    private static final int ITEMS = 3;
    private static final int BUYERS = 12;
    /** Until then all is sold out, unless the machine is very slow. */
    static final Duration AT_MOST = Duration.ofSeconds(12);

    private Shopping() {}

    static LabRun.ShopFigures run(Stage stage, Progress progress, int stockOfEach) {
        try (KvClient client = KvClient.builder()
                .endpoints(stage.endpoints().toArray(String[]::new))
                .build()) {
            progress.phase("the shop, with transactions");
            Shop.Result right = Shop.run(client, options(Shop.Way.COMPARE, stockOfEach));
            progress.phase("the shop, with a stale read and then a write");
            Shop.Result wrong = Shop.run(client, options(Shop.Way.BLIND, stockOfEach));
            return new LabRun.ShopFigures(ITEMS * stockOfEach, BUYERS, sales(right), sales(wrong));
        }
    }

    private static Shop.Options options(Shop.Way way, int stockOfEach) {
        return new Shop.Options(way, ITEMS, stockOfEach, BUYERS, AT_MOST, Duration.ofMillis(Setting.BOUND_MILLIS));
    }

    private static LabRun.Sales sales(Shop.Result result) {
        return new LabRun.Sales(
                result.orders(),
                result.items().stream().mapToLong(Shop.Item::left).sum(),
                result.oversold(),
                result.conflicts(),
                result.took().toMillis() / 1e3);
    }
}
