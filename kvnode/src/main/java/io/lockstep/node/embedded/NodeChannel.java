package io.lockstep.node.embedded;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import io.lockstep.node.KvNode;
import java.util.function.Supplier;

/** The way in process to one place of the cluster, whichever node runs there: a restart gives it another. */
final class NodeChannel extends Channel {
    private final Supplier<KvNode> node;

    NodeChannel(Supplier<KvNode> node) {
        this.node = node;
    }

    @Override
    public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
        // While none runs it is the last one's, which is shut down: UNAVAILABLE.
        return node.get().channel().newCall(method, options);
    }

    @Override
    public String authority() {
        return node.get().channel().authority();
    }
}
