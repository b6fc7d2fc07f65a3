package io.lockstep.examples;

import io.lockstep.client.ClientTls;
import io.lockstep.client.Endpoint;
import io.lockstep.client.KvClient;
import io.lockstep.client.KvClientBuilder;
import io.lockstep.client.RetryPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What each example asks for: where the cluster is, who calls, and how long to go on. */
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

    @Option(names = "--cacert", paramLabel = "FILE", description = "Who signed the members' certificates (PEM).")
    @Nullable
    Path ca;

    @Option(names = "--cert", paramLabel = "FILE", description = "The certificate to show (PEM).")
    @Nullable
    Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "Its key (PEM, PKCS#8).")
    @Nullable
    Path key;

    @Option(names = "--user", paramLabel = "NAME:PASSWORD", description = "Who calls, where auth is on.")
    @Nullable
    String user;

    /**
     * @throws IllegalArgumentException with one line if an option is wrong
     */
    KvClient connect() {
        return connect(0);
    }

    /** @param first by number: the member that is asked first, the others only if it is away */
    KvClient connect(int first) {
        Optional<ClientTls> tls = tls();
        List<Endpoint> members = new ArrayList<>(Stream.of(endpoints.split(","))
                .map(text -> endpoint(text, tls.isPresent()))
                .toList());
        Collections.rotate(members, -first);
        // A person who mistyped an address wants to know at once.
        RetryPolicy retries = RetryPolicy.DEFAULT.withMaxUnreached(2 * members.size());
        KvClientBuilder builder = KvClient.builder().endpoints(members).retries(retries);
        tls.ifPresent(builder::tls);
        if (user != null) {
            int colon = user.indexOf(':');
            if (colon < 1) {
                throw new IllegalArgumentException("--user is \"" + user + "\"; it must be NAME:PASSWORD");
            }
            builder.credentials(user.substring(0, colon), user.substring(colon + 1));
        }
        return builder.build();
    }

    private Optional<ClientTls> tls() {
        return ca == null && certificate == null && key == null
                ? Optional.empty()
                : Optional.of(new ClientTls(
                        Optional.ofNullable(ca), Optional.ofNullable(certificate), Optional.ofNullable(key)));
    }

    /** With TLS files given, a plain {@code host:port} means https, as for every other command. */
    private static Endpoint endpoint(String text, boolean tls) {
        Endpoint endpoint = Endpoint.parse(text.strip());
        return tls && !text.contains("://") ? new Endpoint(endpoint.host(), endpoint.port(), true) : endpoint;
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
