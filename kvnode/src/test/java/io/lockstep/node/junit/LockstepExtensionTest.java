package io.lockstep.node.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.node.embedded.EmbeddedCluster;
import io.lockstep.node.junit.LockstepExtensionTest.Cases.NoSuchSize;
import io.lockstep.node.junit.LockstepExtensionTest.Cases.Registered;
import io.lockstep.node.junit.LockstepExtensionTest.Cases.SharedByClass;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** The extension as JUnit runs it, on small classes that are no tests by themselves. */
class LockstepExtensionTest {
    private static final List<EmbeddedCluster> SEEN = new ArrayList<>();

    static final class Cases {
        @Lockstep(nodes = 1)
        @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
        static class SharedByClass {
            @Test
            @Order(1)
            void kills(EmbeddedCluster cluster, List<String> endpoints, Channel channel) {
                SEEN.add(cluster);
                assertThat(endpoints).isEqualTo(cluster.endpoints());
                put(channel);
                cluster.kill(0);
            }

            @Test
            @Order(2)
            void findsItRestarted(EmbeddedCluster cluster, Channel channel) {
                SEEN.add(cluster);
                put(channel);
            }

            @Test
            @Order(3)
            @Lockstep(nodes = 1)
            void hasItsOwn(EmbeddedCluster cluster) {
                SEEN.add(cluster);
            }
        }

        static class Registered {
            @RegisterExtension
            final LockstepExtension lockstep = LockstepExtension.ofOne();

            @Test
            void one() {
                SEEN.add(lockstep.cluster());
            }

            @Test
            void another() {
                SEEN.add(lockstep.cluster());
            }
        }

        @Lockstep(nodes = 2)
        static class NoSuchSize {
            @Test
            void never() {}
        }
    }

    private static void put(Channel channel) {
        var unused = KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("k"))
                        .build());
    }

    private static Events run(Class<?> tests) {
        SEEN.clear();
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(tests))
                .execute()
                .allEvents();
    }

    @Test
    void class_withKilledNode_nextMethodFindsTheSameClusterWhole() {
        run(SharedByClass.class).assertStatistics(stats -> stats.failed(0));
        assertThat(SEEN).hasSize(3);
        assertThat(SEEN.get(0)).isSameAs(SEEN.get(1)).isNotSameAs(SEEN.get(2));
        assertThat(SEEN).allSatisfy(cluster -> assertThat(cluster.directory()).doesNotExist());
    }

    @Test
    void field_thatIsNotStatic_givesEachMethodItsOwn() {
        run(Registered.class).assertStatistics(stats -> stats.failed(0));
        assertThat(SEEN).hasSize(2).doesNotHaveDuplicates();
        assertThat(SEEN).allSatisfy(cluster -> assertThat(cluster.directory()).doesNotExist());
    }

    @Test
    void nodes_two_failsWithOneClearLine() {
        run(NoSuchSize.class)
                .assertThatEvents()
                .haveExactly(
                        1,
                        finishedWithFailure(
                                message(
                                        "no cluster for LockstepExtensionTest$Cases$NoSuchSize: a cluster of 2 nodes: it must be 1, 3 or 5")));
    }
}
