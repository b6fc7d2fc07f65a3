package io.lockstep.node.raft.transport;

import com.alipay.sofa.jraft.rpc.Connection;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcProcessor;
import com.alipay.sofa.jraft.rpc.RpcRequests;
import com.alipay.sofa.jraft.rpc.impl.PingRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.AppendEntriesRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.GetFileRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.InstallSnapshotRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.ReadIndexRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.RequestVoteRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.TimeoutNowRequestProcessor;
import com.google.protobuf.Message;
import io.lockstep.node.raft.PeerMember;
import io.lockstep.node.raft.transport.FrameCodec.Inbound;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the seven core requests to JRaft. AppendEntries of one peer run in order on the one thread that JRaft's selector
 * names; everything else runs on a pool, because an installation of a snapshot blocks its thread until the copy is done.
 *
 * <p>JRaft is not told when a stream ends. Its own reaction would stop that one thread while holding the lock that the
 * thread needs to end, and so make the member deaf for 15 s after every lost connection. It is not needed either: what
 * JRaft keeps is kept by pair of members, its numbering follows the order in which requests run on that thread, and a
 * request that was taken in is answered, if only into a stream that is gone.
 */
public final class RaftRequests extends RaftService {
    private static final Logger LOG = LoggerFactory.getLogger(RaftRequests.class);
    private static final int EINTERNAL = 1004;
    private static final int EBUSY = 1009;
    private static final int MAX_THREADS = 64;

    private final String groupId;
    private final String selfText;
    private final AppendEntriesRequestProcessor appendEntries;
    private final Map<MessageType, RpcProcessor<?>> processors = new EnumMap<>(MessageType.class);
    private final ThreadPoolExecutor pool;
    private final BooleanSupplier needsSnapshot;

    /** @param needsSnapshot whether this member can't begin with the first entry: it lacks what founders began with */
    public RaftRequests(String groupId, PeerMember self, BooleanSupplier needsSnapshot) {
        this.groupId = groupId;
        this.needsSnapshot = needsSnapshot;
        this.selfText = PeerIds.text(self.address());
        AtomicInteger number = new AtomicInteger();
        this.pool = new ThreadPoolExecutor(8, MAX_THREADS, 60, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "raft-rpc-" + self.idText() + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        this.appendEntries = new AppendEntriesRequestProcessor(pool);
        processors.put(MessageType.APPEND_ENTRIES, appendEntries);
        processors.put(MessageType.REQUEST_VOTE, new RequestVoteRequestProcessor(pool));
        processors.put(MessageType.INSTALL_SNAPSHOT, new InstallSnapshotRequestProcessor(pool));
        processors.put(MessageType.GET_FILE, new GetFileRequestProcessor(pool));
        processors.put(MessageType.TIMEOUT_NOW, new TimeoutNowRequestProcessor(pool));
        processors.put(MessageType.READ_INDEX, new ReadIndexRequestProcessor(pool));
        processors.put(MessageType.PING, new PingRequestProcessor(pool));
    }

    @Override
    void serve(InboundStream stream, Inbound frame) {
        RpcProcessor<?> processor = processors.get(frame.type());
        if (processor == null || !isAuthentic(stream, frame.message())) {
            stream.answer(frame.id(), error(frame.type() + " does not belong on this stream"));
            return;
        }
        if (beginsWithTheFirstEntry(frame.message()) && needsSnapshot.getAsBoolean()) {
            stream.answer(frame.id(), answer(EBUSY, "this member joins with a snapshot"));
            return;
        }
        Executor executor = executorFor(frame.message());
        try {
            executor.execute(() -> handle(processor, stream, frame));
        } catch (RejectedExecutionException e) {
            stream.answer(frame.id(), answer(EBUSY, "too many requests at once"));
        }
    }

    @SuppressWarnings("unchecked")
    private static void handle(RpcProcessor<?> processor, InboundStream stream, Inbound frame) {
        try {
            ((RpcProcessor<Message>) processor).handleRequest(new Context(stream, frame.id()), frame.message());
        } catch (RuntimeException e) {
            LOG.error("{} failed", frame.type(), e);
            stream.answer(frame.id(), error("failed: " + e.getMessage()));
        }
    }

    private Executor executorFor(Message message) {
        if (message instanceof RpcRequests.AppendEntriesRequest append && !isHeartbeat(append)) {
            Executor ordered = appendEntries
                    .executorSelector()
                    .select(
                            appendEntries.interest(),
                            RpcRequests.AppendEntriesRequestHeader.newBuilder()
                                    .setGroupId(append.getGroupId())
                                    .setPeerId(append.getPeerId())
                                    .setServerId(append.getServerId())
                                    .build());
            if (ordered != null) {
                return ordered;
            }
        }
        return pool;
    }

    static boolean isHeartbeat(RpcRequests.AppendEntriesRequest append) {
        return append.getEntriesCount() == 0 && !append.hasData();
    }

    private static boolean beginsWithTheFirstEntry(Message message) {
        return message instanceof RpcRequests.AppendEntriesRequest append
                && append.getPrevLogIndex() == 0
                && append.getEntriesCount() > 0;
    }

    /** JRaft's messages name sender and receiver themselves: they must be the two ends of the stream. */
    private boolean isAuthentic(InboundStream stream, Message message) {
        String from = PeerIds.text(stream.from().address());
        if (message instanceof RpcRequests.AppendEntriesRequest request) {
            return isBetween(request.getGroupId(), request.getServerId(), request.getPeerId(), from);
        } else if (message instanceof RpcRequests.RequestVoteRequest request) {
            return isBetween(request.getGroupId(), request.getServerId(), request.getPeerId(), from);
        } else if (message instanceof RpcRequests.InstallSnapshotRequest request) {
            return isBetween(request.getGroupId(), request.getServerId(), request.getPeerId(), from);
        } else if (message instanceof RpcRequests.TimeoutNowRequest request) {
            return isBetween(request.getGroupId(), request.getServerId(), request.getPeerId(), from);
        } else if (message instanceof RpcRequests.ReadIndexRequest request) {
            return isBetween(request.getGroupId(), request.getServerId(), request.getPeerId(), from);
        }
        return true;
    }

    private boolean isBetween(String group, String sender, String receiver, String from) {
        return group.equals(groupId) && sender.equals(from) && receiver.equals(selfText);
    }

    static RpcRequests.ErrorResponse error(String text) {
        return answer(EINTERNAL, text);
    }

    private static RpcRequests.ErrorResponse answer(int code, String text) {
        return RpcRequests.ErrorResponse.newBuilder()
                .setErrorCode(code)
                .setErrorMsg(text)
                .build();
    }

    @Override
    public void close() {
        pool.shutdown();
        appendEntries.destroy();
    }

    private record Context(InboundStream stream, long id) implements RpcContext {
        @Override
        public void sendResponse(Object answer) {
            stream.answer(id, (Message) answer);
        }

        @Override
        public Connection getConnection() {
            return stream;
        }

        @Override
        public String getRemoteAddress() {
            return stream.from().address().hostPort();
        }
    }
}
