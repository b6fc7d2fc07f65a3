package io.lockstep.cli;

import io.lockstep.cli.cluster.ClusterFile;
import io.lockstep.client.ClientTls;
import io.lockstep.client.Endpoint;
import io.lockstep.client.KvClient;
import io.lockstep.client.KvClientBuilder;
import io.lockstep.client.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How to reach the servers: the options of every command that talks to them. */
final class Connection {
    private static final String DEFAULT_ENDPOINT = "127.0.0.1:2379";
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

    @Option(
            names = "--endpoints",
            paramLabel = "HOST:PORT[,...]",
            description =
                    "Client ports of the servers. Default: LOCKSTEP_ENDPOINTS, ETCDCTL_ENDPOINTS, the local cluster"
                            + " in ./.lockstep, or 127.0.0.1:2379.")
    @Nullable
    String endpoints;

    @Option(
            names = "--command-timeout",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "How long a call may take, all attempts together. Default: 5s.")
    @Nullable
    Duration timeout;

    @Option(names = "--cacert", paramLabel = "FILE", description = "Who signed the servers' certificates (PEM).")
    @Nullable
    String ca;

    @Option(names = "--cert", paramLabel = "FILE", description = "This client's certificate (PEM).")
    @Nullable
    String certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "Its key (PEM, PKCS#8).")
    @Nullable
    String key;

    @Option(
            names = "--user",
            paramLabel = "NAME[:PASSWORD]",
            description = "Who calls. Default: LOCKSTEP_USER, ETCDCTL_USER. Without a password it is asked for.")
    @Nullable
    String user;

    @Option(
            names = "--password",
            paramLabel = "PASSWORD",
            description = "The caller's password. Default: LOCKSTEP_PASSWORD, ETCDCTL_PASSWORD.")
    @Nullable
    String password;

    /** By what the user wrote, in that order. */
    Map<String, Endpoint> endpoints(Console console) {
        List<String> texts = endpoints != null
                ? List.of(Bytes.text(endpoints).split(","))
                : console.environment("LOCKSTEP_ENDPOINTS", "ETCDCTL_ENDPOINTS")
                        .map(text -> List.of(text.split(",")))
                        .or(() -> ClusterFile.endpointsIn(console.folder()))
                        .orElse(List.of(DEFAULT_ENDPOINT));
        Map<String, Endpoint> parsed = new LinkedHashMap<>();
        for (String text : texts) {
            try {
                parsed.put(text.strip(), parse(console, text));
            } catch (IllegalArgumentException bad) {
                throw CommandFailed.usage(String.valueOf(bad.getMessage()));
            }
        }
        return parsed;
    }

    /** With TLS files given, a plain {@code host:port} means https, as for etcdctl. */
    private Endpoint parse(Console console, String text) {
        Endpoint endpoint = Endpoint.parse(text);
        boolean secure = !text.contains("://") && tls(console).isPresent();
        return secure ? new Endpoint(endpoint.host(), endpoint.port(), true) : endpoint;
    }

    /** What is not given here is as there. A user comes with a password: with another one, with none of there. */
    void inherit(Connection shell) {
        endpoints = endpoints == null ? shell.endpoints : endpoints;
        timeout = timeout == null ? shell.timeout : timeout;
        if (ca == null && certificate == null && key == null) {
            ca = shell.ca;
            certificate = shell.certificate;
            key = shell.key;
        }
        if (user == null && password == null) {
            user = shell.user;
            password = shell.password;
        }
    }

    Duration timeout() {
        Duration given = timeout;
        return given == null ? DEFAULT_TIMEOUT : given;
    }

    /** All that tells one client from another, but how long its calls take. */
    List<String> settings(Console console) {
        return Stream.of(String.join(",", endpoints(console).keySet()), ca, certificate, key, user, password)
                .map(String::valueOf)
                .toList();
    }

    /** @param inputIsTaken standard input is read by the command: a password cannot be in it */
    KvClient open(Console console, boolean inputIsTaken) {
        List<Endpoint> members = new ArrayList<>(endpoints(console).values());
        RetryPolicy retries = RetryPolicy.DEFAULT.withMaxUnreached(2 * members.size());
        try {
            KvClientBuilder builder = KvClient.builder()
                    .endpoints(members)
                    .timeout(timeout())
                    .retries(retries)
                    // Of a command that lives for a blink: nothing to keep alive, and native code would have to be
                    // loaded.
                    .keepAlive(Duration.ZERO)
                    .nativeTransport(false)
                    .callbackExecutor(Runnable::run);
            tls(console).ifPresent(builder::tls);
            who(console).ifPresent(who -> builder.credentials(who.name(), who.password(console, inputIsTaken)));
            return builder.build();
        } catch (IllegalArgumentException bad) {
            throw CommandFailed.usage(String.valueOf(bad.getMessage()));
        }
    }

    /** A user; the password is asked for if it is not given. */
    record Who(String name, Optional<String> given) {
        String password(Console console, boolean inputIsTaken) {
            return given.orElseGet(() -> Passwords.own(console, inputIsTaken));
        }
    }

    /** Who calls, if anybody is named. */
    Optional<Who> who(Console console) {
        Optional<String> named =
                user != null ? Optional.of(Bytes.text(user)) : console.environment("LOCKSTEP_USER", "ETCDCTL_USER");
        Optional<String> secret = password != null
                ? Optional.of(Bytes.text(password))
                : console.environment("LOCKSTEP_PASSWORD", "ETCDCTL_PASSWORD");
        if (named.isEmpty()) {
            if (password != null) {
                throw CommandFailed.usage("--password needs --user: whose is it?");
            }
            return Optional.empty();
        }
        String text = named.get();
        int colon = secret.isPresent() ? -1 : text.indexOf(':');
        return Optional.of(
                colon < 0
                        ? new Who(text, secret)
                        : new Who(text.substring(0, colon), Optional.of(text.substring(colon + 1))));
    }

    private Optional<ClientTls> tls(Console console) {
        Optional<String> caFile = file(ca, console, "LOCKSTEP_CACERT", "ETCDCTL_CACERT");
        Optional<String> certificateFile = file(certificate, console, "LOCKSTEP_CERT", "ETCDCTL_CERT");
        Optional<String> keyFile = file(key, console, "LOCKSTEP_KEY", "ETCDCTL_KEY");
        if (caFile.isEmpty() && certificateFile.isEmpty() && keyFile.isEmpty()) {
            return Optional.empty();
        }
        if (certificateFile.isPresent() != keyFile.isPresent()) {
            throw CommandFailed.usage("--cert and --key belong together: give both, or neither");
        }
        return Optional.of(new ClientTls(
                caFile.map(console::resolve), certificateFile.map(console::resolve), keyFile.map(console::resolve)));
    }

    private static Optional<String> file(@Nullable String option, Console console, String... variables) {
        return option != null ? Optional.of(Bytes.text(option)) : console.environment(variables);
    }
}
