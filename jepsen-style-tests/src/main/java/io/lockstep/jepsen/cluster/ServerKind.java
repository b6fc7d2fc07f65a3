package io.lockstep.jepsen.cluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A server that can be put to the test: how its process is started. Whether it is ready is asked through the API
 * (Maintenance.Status), which both kinds speak; its log is what it prints.
 */
public interface ServerKind {

    String name();

    /** Whether it knows reads with a bound on their staleness, and says how stale an answer may be. */
    default boolean provesStaleness() {
        return false;
    }

    /** The program and what comes before the flags. */
    List<String> program();

    /** More flags, after the common ones. */
    default List<String> extraFlags() {
        return List.of();
    }

    /** Environment variables by name, on top of ours. */
    default Map<String, String> environment() {
        return Map.of();
    }

    /** Where a member lives. */
    record Address(String name, String host) {
        static final int CLIENT_PORT = 2379;
        static final int PEER_PORT = 2380;

        String clientUrl() {
            return "http://" + host + ":" + CLIENT_PORT;
        }

        String peerUrl() {
            return "http://" + host + ":" + PEER_PORT;
        }
    }

    /** The whole command line, in etcd's flags. */
    default List<String> command(Address member, List<Address> all, String token, Path dataFolder) {
        List<String> command = new ArrayList<>(program());
        command.addAll(List.of(
                "--name", member.name(),
                "--data-dir", dataFolder.toString(),
                "--listen-client-urls", member.clientUrl(),
                "--advertise-client-urls", member.clientUrl(),
                "--listen-peer-urls", member.peerUrl(),
                "--initial-advertise-peer-urls", member.peerUrl(),
                "--initial-cluster",
                        all.stream()
                                .map(each -> each.name() + "=" + each.peerUrl())
                                .collect(Collectors.joining(",")),
                "--initial-cluster-state", "new",
                "--initial-cluster-token", token,
                "--heartbeat-interval", "100",
                "--election-timeout", "1000"));
        command.addAll(extraFlags());
        return command;
    }
}
