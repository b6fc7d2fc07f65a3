package io.lockstep.client;

import io.lockstep.node.embedded.EmbeddedCluster;
import io.lockstep.node.junit.Lockstep;
import org.junit.jupiter.api.AfterEach;

/** Tests of what a client does on three real nodes; after each one every fault is undone, and its client is closed. */
@Lockstep(nodes = 3)
abstract class OnThreeNodes {
    final EmbeddedCluster cluster;
    final KvClient client;

    OnThreeNodes(EmbeddedCluster cluster) {
        this.cluster = cluster;
        this.client = KvClient.builder()
                .endpoints(cluster.endpoints().toArray(String[]::new))
                .build();
    }

    @AfterEach
    void closeClient() {
        client.close();
    }
}
