package io.lockstep.node.raft;

import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.closure.ReadIndexClosure;
import com.alipay.sofa.jraft.option.ReadOnlyOption;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rounds of ReadIndex in flight; the caller keeps them few. A round that began under another leader or term is ended
 * as soon as that is known here, instead of waiting for JRaft's timeout.
 */
final class ReadRounds {
    private static final Logger LOG = LoggerFactory.getLogger(ReadRounds.class);

    private final Set<Round> rounds = ConcurrentHashMap.newKeySet();
    private final AtomicLong contexts = new AtomicLong();

    void begin(Node node, long timeoutMillis, ReadIndexListener listener) {
        Round round = new Round(timeoutMillis, listener);
        rounds.add(round);
        byte[] context =
                ByteBuffer.allocate(8).putLong(contexts.incrementAndGet()).array();
        try {
            // Confirmed by a quorum, always: JRaft's leases do not hold what they promise.
            node.readIndex(ReadOnlyOption.ReadOnlySafe, context, round);
        } catch (RuntimeException e) {
            round.fail(new KvException.Failed(KvError.STOPPED));
        }
    }

    void abandon() {
        for (Round round : Set.copyOf(rounds)) {
            round.fail(new KvException.Failed(KvError.LEADER_CHANGED));
        }
    }

    private final class Round extends ReadIndexClosure {
        private final ReadIndexListener listener;
        private final AtomicBoolean ended = new AtomicBoolean();

        Round(long timeoutMillis, ReadIndexListener listener) {
            super(timeoutMillis);
            this.listener = listener;
        }

        @Override
        public void run(Status status, long index, byte[] context) {
            if (!status.isOk()) {
                fail(StatusClassifier.classifyRead(status));
            } else if (ended.compareAndSet(false, true)) {
                rounds.remove(this);
                tell(listener::ready);
            }
        }

        void fail(KvException.Failed why) {
            if (ended.compareAndSet(false, true)) {
                rounds.remove(this);
                tell(() -> listener.failed(why));
            }
        }

        private void tell(Runnable call) {
            try {
                call.run();
            } catch (RuntimeException e) {
                LOG.error("a read's listener failed", e);
            }
        }
    }
}
