package io.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.node.embedded.EmbeddedCluster;
import io.lockstep.node.junit.LockstepExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A test with the client over a channel in process, as in docs/embedding.md. */
class EmbeddedExampleTest {
    @RegisterExtension
    static final LockstepExtension LOCKSTEP = LockstepExtension.ofThree();

    @Test
    void greeting_readOnANodeThatIsCutOff_isStillThere() {
        EmbeddedCluster cluster = LOCKSTEP.cluster();
        try (KvClient writer = KvClient.builder()
                        .endpoints(cluster.endpoints().toArray(String[]::new))
                        .build();
                KvClient reader = KvClient.builder()
                        .channels(java.util.List.of(cluster.channel(2)))
                        .build()) {
            writer.sync().put("greeting", "hello");
            reader.sync().get("greeting");
            cluster.isolate(2);
            assertThat(reader.sync().get("greeting", Consistency.stale()).getCount())
                    .isEqualTo(1);
        }
    }
}
