package io.lockstep.jepsen.cluster;

import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One host for each node: a network namespace with one address, joined by a bridge that lives in a namespace of its own.
 * The bridge drops packets by (source, destination): a rule without connection tracking, so that a cut also stops
 * connections that are open. The root namespace gets one leg with one address, for the clients, which are never cut.
 */
final class Network {
    private static final int CLIENT_HOST = 254;
    /** "198.18.3.1 . 198.18.3.2 counter packets 5 bytes 140" */
    private static final Pattern COUNTED = Pattern.compile("([\\d.]+) \\. ([\\d.]+) counter packets (\\d+)");

    private final RunFolder run;
    private final int nodes;

    /** A direction: packets from one node to another, by node number. */
    record Link(int from, int to) {}

    Network(RunFolder run, int nodes) {
        this.run = run;
        this.nodes = nodes;
    }

    void up() {
        String bridge = run.namespace("sw");
        Shell.must("ip", "netns", "add", bridge);
        Shell.must("ip", "-n", bridge, "link", "add", "br0", "type", "bridge");
        Shell.must("ip", "-n", bridge, "link", "set", "br0", "up");
        for (int node = 1; node <= nodes; node++) {
            String host = run.namespace("n" + node);
            Shell.must("ip", "netns", "add", host);
            Shell.must("ip", "-n", host, "link", "set", "lo", "up");
            plug("v-n" + node, "eth0", host);
            Shell.must("ip", "-n", host, "addr", "add", run.address(node) + "/24", "dev", "eth0");
            Shell.must("ip", "-n", host, "link", "set", "eth0", "up");
        }
        String leg = run.clientInterface();
        Shell.must("ip", "link", "add", leg, "type", "veth", "peer", "name", "v-cl", "netns", bridge);
        Shell.must("ip", "-n", bridge, "link", "set", "v-cl", "master", "br0", "up");
        Shell.must("ip", "addr", "add", run.address(CLIENT_HOST) + "/24", "dev", leg);
        Shell.must("ip", "link", "set", leg, "up");
        nft("table bridge jepsen {\n"
                + "  set cut { type ipv4_addr . ipv4_addr; counter; }\n"
                + "  chain path {\n"
                + "    type filter hook forward priority 0; policy accept;\n"
                + "    ip saddr . ip daddr @cut drop\n"
                + "  }\n"
                + "}\n");
    }

    private void plug(String port, String device, String host) {
        String bridge = run.namespace("sw");
        Shell.must(
                "ip", "link", "add", "name", device, "netns", host, "type", "veth", "peer", "name", port, "netns",
                bridge);
        Shell.must("ip", "-n", bridge, "link", "set", port, "master", "br0", "up");
    }

    private String nft(String script) {
        return Shell.mustWithInput(script, "ip", "netns", "exec", run.namespace("sw"), "nft", "-f", "-");
    }

    /** Replaces what is cut, in one step. */
    void cut(Collection<Link> links) {
        String elements = links.stream()
                .map(link -> run.address(link.from()) + " . " + run.address(link.to()))
                .collect(Collectors.joining(", "));
        nft("flush set bridge jepsen cut\n"
                + (links.isEmpty() ? "" : "add element bridge jepsen cut { " + elements + " }\n"));
    }

    /**
     * Sends a packet along each link and returns those on which none was dropped: the cuts without effect.
     */
    List<Link> notCut(Collection<Link> links) {
        for (Link link : links) {
            probe(link);
        }
        String listed =
                Shell.must("ip", "netns", "exec", run.namespace("sw"), "nft", "list", "set", "bridge", "jepsen", "cut");
        List<Link> dropping = COUNTED.matcher(listed)
                .results()
                .filter(match -> Long.parseLong(match.group(3)) > 0)
                .map(match -> new Link(hostOf(match.group(1)), hostOf(match.group(2))))
                .toList();
        return links.stream().filter(link -> !dropping.contains(link)).toList();
    }

    private static int hostOf(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf('.') + 1));
    }

    /** One datagram to the discard port: the counter shows whether the switch dropped it. */
    private void probe(Link link) {
        Shell.attempt(
                "ip",
                "netns",
                "exec",
                run.namespace("n" + link.from()),
                "bash",
                "-c",
                "echo probe > /dev/udp/" + run.address(link.to()) + "/9");
    }

    /** True if the switch drops nothing. */
    boolean isWhole() {
        String listed =
                Shell.must("ip", "netns", "exec", run.namespace("sw"), "nft", "list", "set", "bridge", "jepsen", "cut");
        Matcher matcher = COUNTED.matcher(listed);
        return !matcher.find();
    }
}
