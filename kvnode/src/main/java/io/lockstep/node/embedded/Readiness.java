package io.lockstep.node.embedded;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.RangeRequest;
import io.lockstep.node.KvNode;
import io.lockstep.node.error.KvError;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Whether nodes agree on a leader and answer. Blocks and polls: only for tests. */
final class Readiness {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long MAX_CALL_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Deleted, never put: so that a write goes all the way and changes nothing, not even the revision. */
    private static final ByteString NO_KEY = ByteString.copyFromUtf8("\0lockstep/ready");

    private final List<NodeSlot> slots;

    Readiness(List<NodeSlot> slots) {
        this.slots = slots;
    }

    void await(List<Integer> nodes, Duration timeout) {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        if (nodes.isEmpty()) {
            throw new ClusterStartException("no node runs that reaches a majority");
        }
        String problem = "no leader";
        while (problem != null) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new ClusterStartException("the cluster is not ready after " + timeout + ": " + problem);
            }
            problem = agreed(nodes) ? ask(nodes, deadlineNanos) : disagreement(nodes);
            if (problem != null) {
                LockSupport.parkNanos(POLL_NANOS);
            }
        }
    }

    private boolean agreed(List<Integer> nodes) {
        long leader = node(nodes.get(0)).leaderId();
        return leader != 0 && nodes.stream().allMatch(node -> node(node).leaderId() == leader);
    }

    private String disagreement(List<Integer> nodes) {
        StringBuilder text = new StringBuilder("the nodes do not agree on a leader:");
        for (int node : nodes) {
            long leader = node(node).leaderId();
            text.append(" node ")
                    .append(node)
                    .append(leader == 0 ? " knows none;" : " follows " + Long.toHexString(leader) + ";");
        }
        return text.append(" see the log").toString();
    }

    private @Nullable String ask(List<Integer> nodes, long deadlineNanos) {
        try {
            var unused = stub(nodes.get(0), deadlineNanos)
                    .deleteRange(DeleteRangeRequest.newBuilder().setKey(NO_KEY).build());
        } catch (StatusRuntimeException e) {
            if (!asksWhoWeAre(e)) {
                return "node " + nodes.get(0) + " refuses a write: " + e.getStatus();
            }
        }
        for (int node : nodes) {
            try {
                var unused = stub(node, deadlineNanos)
                        .range(RangeRequest.newBuilder().setKey(NO_KEY).build());
            } catch (StatusRuntimeException e) {
                if (!asksWhoWeAre(e)) {
                    return "node " + node + " refuses a read: " + e.getStatus();
                }
            }
        }
        return null;
    }

    /** Where auth is on. A linearizable read is judged once the node has caught up, which is all that we want to know. */
    private static boolean asksWhoWeAre(StatusRuntimeException refusal) {
        return KvError.USER_EMPTY.text().equals(refusal.getStatus().getDescription());
    }

    private KVGrpc.KVBlockingStub stub(int node, long deadlineNanos) {
        long left = Math.max(1, Math.min(MAX_CALL_NANOS, deadlineNanos - System.nanoTime()));
        return KVGrpc.newBlockingStub(slots.get(node).channel()).withDeadlineAfter(left, TimeUnit.NANOSECONDS);
    }

    OptionalInt leader(List<Integer> nodes) {
        return nodes.stream()
                .filter(node -> node(node).isLeader())
                .max(Comparator.comparingLong(node -> node(node).term()))
                .map(OptionalInt::of)
                .orElse(OptionalInt.empty());
    }

    int awaitLeader(Supplier<List<Integer>> nodes, Duration timeout) {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        OptionalInt leader = leader(nodes.get());
        while (leader.isEmpty()) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new ClusterStartException("no node leads after " + timeout + ": see the log");
            }
            LockSupport.parkNanos(POLL_NANOS);
            leader = leader(nodes.get());
        }
        return leader.getAsInt();
    }

    private KvNode node(int number) {
        return slots.get(number).node();
    }
}
