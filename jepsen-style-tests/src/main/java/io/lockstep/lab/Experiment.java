package io.lockstep.lab;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.lockstep.api.Ack;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.jepsen.cluster.Pause;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The run on a cluster: workload, faults, and a last look at what is left of the writes. In the caller's thread. */
final class Experiment {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final Duration CALL = Duration.ofSeconds(5);
    /**
     * The servers' code is not compiled at first, and nobody wants to know how slow they are then: the time line begins when
     * all calls of a second were answered in time, or at the latest after the longer of these.
     */
    private static final Duration WARM_UP = Duration.ofSeconds(4);

    private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(30);

    private final Stage stage;
    private final Plan plan;
    private final Progress progress;
    private final long seed;

    Experiment(Stage stage, Plan plan, Progress progress, long seed) {
        this.stage = stage;
        this.plan = plan;
        this.progress = progress;
        this.seed = seed;
    }

    /** @throws IOException if the cluster does not come up */
    void awaitReady() throws IOException {
        String missing = stage.awaitReady(READY);
        if (!missing.isEmpty()) {
            throw new IOException("the cluster did not start: " + missing);
        }
    }

    Evidence run() throws IOException, InterruptedException {
        everyMemberHas("lab/price");
        progress.phase("warming up");
        Evidence evidence;
        try (Traffic traffic = Traffic.start(stage, seed)) {
            warmUp(traffic);
            progress.phase("the workload runs on a healthy cluster");
            long originNanos = System.nanoTime();
            List<Fault> faults = new Faults(stage, plan, progress, originNanos).run(seed);
            long endedNanos = System.nanoTime();
            List<Sample> samples = traffic.finish();
            progress.phase("reading back what was written");
            everyMemberHas("lab/end");
            evidence = new Evidence(originNanos, endedNanos, faults, samples, found(), traffic.latestNanos());
        }
        return evidence;
    }

    private static void warmUp(Traffic traffic) {
        long latest = System.nanoTime() + LONGEST_WARM_UP.toNanos();
        Pause.millis(WARM_UP.toMillis());
        while (!traffic.isFluent() && System.nanoTime() - latest < 0) {
            Pause.millis(100);
        }
    }

    /** Writes until a write is on every member: then all of them are there and have caught up. */
    private void everyMemberHas(String key) throws IOException {
        PutRequest request = PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setAck(Ack.ACK_ALL)
                .build();
        long deadline = System.nanoTime() + READY.toNanos();
        while (true) {
            String problem;
            try {
                PutResponse answer = kv().put(request);
                if (answer.getHeader().getAckMissingCount() == 0) {
                    return;
                }
                problem = answer.getHeader().getAckMissingCount() + " members have not got a write";
            } catch (StatusRuntimeException e) {
                problem = String.valueOf(e.getMessage());
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("the cluster is not whole: " + problem);
            }
            Pause.millis(100);
        }
    }

    private Map<Setting, Set<String>> found() {
        Map<Setting, Set<String>> found = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.writes()) {
            String prefix = Sample.prefix(setting);
            String end = prefix.substring(0, prefix.length() - 1) + (char) ('/' + 1);
            RangeRequest all = RangeRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8(prefix))
                    .setRangeEnd(ByteString.copyFromUtf8(end))
                    .setKeysOnly(true)
                    .build();
            Set<String> keys = new HashSet<>();
            kv().range(all).getKvsList().forEach(kv -> keys.add(kv.getKey().toStringUtf8()));
            found.put(setting, keys);
        }
        return found;
    }

    private KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(stage.channel(1)).withDeadlineAfter(CALL).withMaxInboundMessageSize(256 << 20);
    }
}
