package io.lockstep.examples;

import io.lockstep.client.KvClient;
import io.lockstep.client.RetryPolicy;
import java.time.Duration;
import picocli.CommandLine.Option;

/** What each example asks for: where the cluster is, and how long to go on. */
final class Cluster {
    @Option(
            names = "--endpoints",
            paramLabel = "HOST:PORT[,...]",
            defaultValue = "127.0.0.1:2379",
            description =
                    "Client ports of the members. Default: LOCKSTEP_ENDPOINTS, ETCDCTL_ENDPOINTS, the local cluster"
                            + " in ./.lockstep, or 127.0.0.1:2379.")
    String endpoints = "127.0.0.1:2379";

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How long to go on at most. Default: 5.")
    int seconds = 5;

    KvClient connect() {
        String[] members = endpoints.split(",");
        // A person who mistyped an address wants to know at once.
        RetryPolicy retries = RetryPolicy.DEFAULT.withMaxUnreached(2 * members.length);
        return KvClient.builder().endpoints(members).retries(retries).build();
    }

    /**
     * @throws IllegalArgumentException with one line if it is not one
     */
    Duration time() {
        if (seconds < 1 || seconds > 3600) {
            throw new IllegalArgumentException("--seconds is " + seconds + "; it must be 1 to 3600");
        }
        return Duration.ofSeconds(seconds);
    }
}
