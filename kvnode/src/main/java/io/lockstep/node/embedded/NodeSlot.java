package io.lockstep.node.embedded;

import io.grpc.Channel;
import io.lockstep.node.KvNode;
import io.lockstep.node.config.NodeConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A place in the cluster: its data and ports stay, its node comes and goes. Guarded by the cluster, but for reading. */
final class NodeSlot {
    private final int number;
    private final NodeConfig config;
    private final Channel channel = new NodeChannel(this::node);

    /** Written by tests, read by callers of the channel. */
    private volatile @Nullable KvNode node;

    private volatile boolean running;
    private volatile boolean paused;

    NodeSlot(int number, NodeConfig config) {
        this.number = number;
        this.config = config;
    }

    int number() {
        return number;
    }

    String clientUrl() {
        return config.listenClientUrls().get(0).url();
    }

    Channel channel() {
        return channel;
    }

    KvNode node() {
        KvNode known = node;
        if (known == null) {
            throw new IllegalStateException("node " + number + " was never started");
        }
        return known;
    }

    boolean isRunning() {
        return running;
    }

    /** Runs, and is not paused. */
    boolean isUp() {
        return running && !paused;
    }

    void start() {
        node = KvNode.start(config);
        running = true;
        paused = false;
    }

    void close() {
        end(KvNode::close);
    }

    void crash() {
        end(known -> known.faults().crash());
    }

    /** Closes in good order but hands no leadership over: the others end too. */
    void leave() {
        end(KvNode::leave);
    }

    private void end(Consumer<KvNode> how) {
        if (running) {
            running = false;
            paused = false;
            how.accept(node());
        }
    }

    void pause() {
        if (running) {
            node().faults().pause();
            paused = true;
        }
    }

    void resume() {
        if (running) {
            node().faults().resume();
            paused = false;
        }
    }

    /** Does it to all of them at once, each on a thread of its own; throws the first failure once all are done. */
    static void all(List<NodeSlot> slots, Consumer<NodeSlot> what) {
        List<CompletableFuture<Void>> each = new ArrayList<>();
        for (NodeSlot slot : slots) {
            each.add(CompletableFuture.runAsync(() -> what.accept(slot), task -> {
                Thread thread = new Thread(task, "embedded-node-" + slot.number());
                thread.setDaemon(true);
                thread.start();
            }));
        }
        RuntimeException failure = null;
        for (CompletableFuture<Void> one : each) {
            try {
                one.join();
            } catch (CompletionException e) {
                failure = e.getCause() instanceof RuntimeException cause ? cause : e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
