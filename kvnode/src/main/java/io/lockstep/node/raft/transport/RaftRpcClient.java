package io.lockstep.node.raft.transport;

import com.alipay.sofa.jraft.ReplicatorGroup;
import com.alipay.sofa.jraft.error.InvokeTimeoutException;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.option.RpcOptions;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.InvokeContext;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.RpcRequests;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.Message;
import io.lockstep.node.raft.PeerMember;
import io.lockstep.proto.peer.Lane;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * JRaft's view of the peers. Nothing here waits for a connection: an unreachable peer is a {@link RemotingException} at
 * once, because JRaft asks while it holds the node's lock.
 *
 * <p>All answers to heartbeats are taken by one thread. JRaft hands one and the same closure to the heartbeats of every
 * follower when it confirms leadership for a read, stores the answer in a plain field of it and then counts it: two
 * threads could count one answer twice.
 */
final class RaftRpcClient implements RpcClient {
    private @Nullable PeerTransport transport;
    private @Nullable ExecutorService heartbeats;
    // Set once by the node's start; workers of the transport read it.
    private volatile @Nullable ReplicatorGroup replicators;
    private volatile boolean stopped;

    void bind(PeerTransport transport) {
        this.transport = transport;
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(1, 1, 60, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(
                            task, "raft-heartbeats-" + transport.config().self().idText());
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        this.heartbeats = executor;
        transport.onPeerReady(this::revive);
    }

    @Override
    public boolean init(RpcOptions options) {
        return transport != null;
    }

    @Override
    public void shutdown() {
        stopped = true;
        if (heartbeats != null) {
            heartbeats.shutdown();
        }
    }

    @Override
    public boolean checkConnection(Endpoint endpoint) {
        return checkConnection(endpoint, false);
    }

    @Override
    public boolean checkConnection(Endpoint endpoint, boolean createIfAbsent) {
        PeerLink link = link(endpoint);
        if (stopped || link == null) {
            return false;
        }
        boolean usable = link.isUsable();
        if (!usable && createIfAbsent) {
            link.hurry();
        }
        return usable;
    }

    @Override
    public void closeConnection(Endpoint endpoint) {
        // JRaft says so when a peer leaves the group; the link goes with the membership, not with JRaft's view of it.
    }

    @Override
    public void registerConnectEventListener(ReplicatorGroup group) {
        this.replicators = group;
    }

    private void revive(PeerMember peer) {
        ReplicatorGroup group = replicators;
        if (group != null && !stopped) {
            // With the exact incarnation: JRaft looks replicators up by it.
            group.checkReplicator(PeerIds.of(peer.address()), true);
        }
    }

    @Override
    public void invokeAsync(
            Endpoint endpoint,
            Object request,
            @Nullable InvokeContext context,
            InvokeCallback callback,
            long timeoutMillis)
            throws RemotingException {
        PeerLink link = link(endpoint);
        if (stopped || link == null) {
            throw new RemotingException("no member at " + endpoint);
        }
        Message message = (Message) request;
        boolean heartbeat = false;
        Lane lane = Lane.CONTROL;
        if (message instanceof RpcRequests.AppendEntriesRequest append) {
            heartbeat = RaftRequests.isHeartbeat(append);
            lane = heartbeat ? Lane.CONTROL : Lane.APPEND;
        }
        Executor executor = heartbeat ? Objects.requireNonNull(heartbeats) : callback.executor();
        Pending answer = new Pending(
                timeoutMillis,
                executor == null ? Runnable::run : executor,
                link.progress().observe(message, callback::complete));
        try {
            link.send(lane, message, answer);
        } catch (RemotingException e) {
            link.progress().notSent(message);
            throw e;
        }
    }

    @Override
    public Object invokeSync(Endpoint endpoint, Object request, @Nullable InvokeContext context, long timeoutMillis)
            throws InterruptedException, RemotingException {
        CompletableFuture<Object> answer = new CompletableFuture<>();
        InvokeCallback callback = (result, error) -> {
            if (error == null) {
                answer.complete(result);
            } else {
                answer.completeExceptionally(error);
            }
        };
        invokeAsync(endpoint, request, context, callback, timeoutMillis);
        try {
            return answer.get(timeoutMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new InvokeTimeoutException(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RemotingException remoting ? remoting : new RemotingException(e.getCause());
        }
    }

    private @Nullable PeerLink link(Endpoint endpoint) {
        return Objects.requireNonNull(transport).linkTo(endpoint.toString());
    }
}
