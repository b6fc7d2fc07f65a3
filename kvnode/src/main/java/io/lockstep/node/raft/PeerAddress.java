package io.lockstep.node.raft;

/**
 * Where a member's peer port is, and which incarnation of the member lives there.
 *
 * @param host the advertised name or address: it is part of the member's identity in the log, so it is never resolved here
 * @param port the peer port
 * @param incarnation grows when a member is added anew at the same address; 0 for founders
 */
public record PeerAddress(String host, int port, int incarnation) {
    public PeerAddress {
        if (host.isBlank() || host.indexOf(':') >= 0 || host.indexOf(',') >= 0 || host.equals("0.0.0.0")) {
            throw new IllegalArgumentException("peer host \"" + host
                    + "\": must be a host name or an IPv4 address that the other members can reach");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("peer port " + port + ": must be in 1..65535");
        }
        if (incarnation < 0) {
            throw new IllegalArgumentException("incarnation " + incarnation + ": must not be negative");
        }
    }

    /** host:port, as a person reads it. */
    public String hostPort() {
        return host + ":" + port;
    }
}
