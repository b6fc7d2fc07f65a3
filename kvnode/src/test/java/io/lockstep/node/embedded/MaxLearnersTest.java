package io.lockstep.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.StatusRuntimeException;
import io.lockstep.api.Member;
import io.lockstep.node.KvNode;
import io.lockstep.node.config.NodeConfig;
import io.lockstep.node.config.NodeLimits;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many read replicas a cluster may have is up to who runs it. */
class MaxLearnersTest {
    @Test
    void memberAdd_upToTheLearnersThatTheNodeAllows_isTaken(@TempDir Path directory) {
        NodeConfig config = NodeConfig.embedded(directory.resolve("data"))
                .limits(NodeLimits.DEFAULT.withMaxLearners(2))
                .build();
        try (KvNode node = KvNode.start(config)) {
            // Refused until the first leader is there.
            await().atMost(Newcomers.PATIENCE)
                    .ignoreExceptions()
                    .until(() -> Newcomers.add(node.channel(), "http://127.0.0.1:61001", true)
                            .getIsLearner());
            Newcomers.add(node.channel(), "http://127.0.0.1:61002", true);
            assertThatThrownBy(() -> Newcomers.add(node.channel(), "http://127.0.0.1:61003", true))
                    .isInstanceOf(StatusRuntimeException.class)
                    .hasMessage("FAILED_PRECONDITION: etcdserver: too many learner members in cluster");
            assertThat(Newcomers.list(node.channel()))
                    .extracting(Member::getIsLearner)
                    .containsExactlyInAnyOrder(false, true, true);
        }
    }
}
