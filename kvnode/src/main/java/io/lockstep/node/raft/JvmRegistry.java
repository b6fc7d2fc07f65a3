package io.lockstep.node.raft;

import com.alipay.sofa.jraft.util.ThreadPoolsFactory;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The one static of this project, because JRaft has statics: several nodes of one JVM share what JRaft keeps by group
 * id, and may not share an address.
 *
 * <p>The executor of a group has an unbounded queue. That is a fence, not a tuning: one RejectedExecutionException
 * while JRaft wakes its replicators leaves a hole in the leader's log (JRaft #1271). The queue's true bound is the
 * number of wake-ups, which the log's own bounds limit. JRaft never lets go of a registered executor and refuses a
 * second one, so an executor stays registered for the life of the JVM; its threads end when idle.
 */
final class JvmRegistry {
    static final JvmRegistry INSTANCE = new JvmRegistry();

    private static final int GROUP_THREADS = 32;

    private final Map<String, Integer> groupUsers = new HashMap<>();
    private final Set<String> executors = new HashSet<>();
    private final Map<String, String> nodesByAddress = new HashMap<>();

    private JvmRegistry() {
        ProfilerSignal.keepFromJraft();
    }

    /** Takes an address for a node of a group; the group has its executor from then on. */
    synchronized void acquire(String groupId, String hostPort, String who) throws RaftStartException {
        String other = nodesByAddress.get(hostPort);
        if (other != null) {
            throw new RaftStartException("peer address " + hostPort + " is already used in this process by " + other
                    + ": close that node first, or give this one another peer address");
        }
        if (executors.add(groupId)) {
            ThreadPoolsFactory.registerThreadPool(groupId, newExecutor(groupId));
        }
        nodesByAddress.put(hostPort, who);
        groupUsers.merge(groupId, 1, Integer::sum);
    }

    synchronized void release(String groupId, String hostPort) {
        nodesByAddress.remove(hostPort);
        groupUsers.computeIfPresent(groupId, (id, users) -> users == 1 ? null : users - 1);
    }

    /** How many nodes of this group run in this JVM. */
    synchronized int users(String groupId) {
        return groupUsers.getOrDefault(groupId, 0);
    }

    private static ThreadPoolExecutor newExecutor(String groupId) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                GROUP_THREADS, GROUP_THREADS, 60, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, groupId + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }
}
