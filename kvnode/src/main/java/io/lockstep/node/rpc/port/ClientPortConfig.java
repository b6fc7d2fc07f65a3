package io.lockstep.node.rpc.port;

import io.lockstep.node.rpc.RpcLimits;
import io.lockstep.node.rpc.http.HttpLimits;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * Where and how clients are served.
 *
 * @param listen port 0 takes a free one; empty: only calls in process are served
 * @param tls needed if any address is for TLS
 * @param eventLoops threads that serve connections
 */
public record ClientPortConfig(
        List<Address> listen, Optional<ClientTls> tls, int eventLoops, RpcLimits limits, HttpLimits http) {
    /** One listen URL: https means TLS. */
    public record Address(InetSocketAddress socket, boolean tls) {
        public Address {
            if (socket.isUnresolved()) {
                throw new IllegalArgumentException("listen address " + socket.getHostString() + " can't be resolved");
            }
        }
    }

    public ClientPortConfig {
        listen = List.copyOf(listen);
        if (tls.isEmpty() && listen.stream().anyMatch(Address::tls)) {
            throw new IllegalArgumentException(
                    "a listen URL for clients begins with https://: give a certificate and a key for it");
        }
        if (eventLoops < 1) {
            throw new IllegalArgumentException("event loops is " + eventLoops + ": it must be at least 1");
        }
    }

    /** The defaults for these addresses. */
    public static ClientPortConfig of(List<Address> listen, Optional<ClientTls> tls) {
        int eventLoops = Math.max(2, Runtime.getRuntime().availableProcessors());
        RpcLimits limits = RpcLimits.defaults();
        return new ClientPortConfig(listen, tls, eventLoops, limits, HttpLimits.of(limits));
    }
}
