package io.lockstep.bench.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lockstep.node.embedded.EmbeddedCluster;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class LeaseCrowdTest {
    private static final int LEASES = 200;
    private static final int TTL_SECONDS = 5;
    private static final long PATIENCE_SECONDS = 60;

    private static List<String> endpoints(EmbeddedCluster cluster) {
        return cluster.endpoints().stream()
                .map(endpoint -> endpoint.replace("http://", ""))
                .toList();
    }

    @Test
    void leases_keptAliveAndThenLeft_endOnlyThen() throws Exception {
        try (EmbeddedCluster cluster = EmbeddedCluster.start(1);
                LeaseCrowd crowd = new LeaseCrowd(endpoints(cluster), LEASES, TTL_SECONDS)) {
            crowd.grant();
            // Four renewals of each take longer than its TTL.
            await().atMost(Duration.ofSeconds(PATIENCE_SECONDS)).until(() -> crowd.renewed() >= 4 * LEASES);
            assertThat(crowd.expiries().count()).isZero();
            assertThat(crowd.gone() + crowd.broken()).isZero();

            crowd.leave();
            crowd.expiries().await(LEASES, PATIENCE_SECONDS);

            assertThat(crowd.expiries().early()).isZero();
        }
    }
}
