package io.lockstep.node.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.lockstep.node.embedded.EmbeddedCluster;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A test with jetcd, as in docs/embedding.md. */
@Lockstep(nodes = 3)
class JetcdFailoverTest {
    @Test
    void value_survivesItsLeader(EmbeddedCluster cluster, String[] endpoints) throws Exception {
        try (Client client = Client.builder().endpoints(endpoints).build()) {
            KV kv = client.getKVClient();
            kv.put(bytes("greeting"), bytes("hello")).get(10, TimeUnit.SECONDS);
            cluster.kill(cluster.awaitLeader());
            cluster.awaitLeader();
            assertThat(kv.get(bytes("greeting"))
                            .get(10, TimeUnit.SECONDS)
                            .getKvs()
                            .get(0)
                            .getValue())
                    .isEqualTo(bytes("hello"));
        }
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }
}
