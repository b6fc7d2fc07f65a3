package io.lockstep.node.raft.transport;

import com.alipay.sofa.jraft.option.RpcOptions;
import com.alipay.sofa.jraft.rpc.RaftRpcFactory;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.util.Endpoint;
import com.alipay.sofa.jraft.util.SPI;
import org.jspecify.annotations.Nullable;

/** What JRaft finds by its service loader, once per JVM. Listening is not its business: the transport is there first. */
@SPI(name = "lockstep", priority = 100)
public final class PeerRpcFactory implements RaftRpcFactory {
    @Override
    public void registerProtobufSerializer(String className, Object... args) {
        // The peer protocol has its own closed table of messages.
    }

    @Override
    public RpcClient createRpcClient(@Nullable ConfigHelper<RpcClient> helper) {
        RaftRpcClient client = new RaftRpcClient();
        if (helper != null) {
            helper.config(client);
        }
        return client;
    }

    @Override
    public ConfigHelper<RpcClient> defaultJRaftClientConfigHelper(RpcOptions options) {
        if (!(options instanceof RaftNodeOptions nodeOptions)) {
            throw new IllegalArgumentException("a node of this JVM was built with foreign options");
        }
        return client -> ((RaftRpcClient) client).bind(nodeOptions.transport());
    }

    @Override
    public RpcServer createRpcServer(Endpoint endpoint, @Nullable ConfigHelper<RpcServer> helper) {
        throw new UnsupportedOperationException("the peer port is opened before the group exists");
    }
}
