package io.lockstep.node.rpc;

import com.google.protobuf.ByteString;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.SnapshotRequest;
import io.lockstep.api.SnapshotResponse;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A backup as a stream: pieces with what is still to come, then one with the digest, as etcdctl expects them. As fast as
 * the client takes them, a few at a time, so that backups share the read pool with other work.
 */
final class SnapshotService {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotService.class);
    private static final int PIECES_A_TURN = 32;

    private final MemberCare care;
    private final Executor readPool;

    SnapshotService(MemberCare care, Executor readPool) {
        this.care = care;
        this.readPool = readPool;
    }

    List<StreamRpc<?, ?>> streams() {
        return List.of(new StreamRpc<>(MaintenanceGrpc.getSnapshotMethod(), 1, Sending::new));
    }

    private final class Sending implements StreamListener<SnapshotRequest> {
        private final StreamCall<SnapshotResponse> call;
        /** Guarded by this, like the rest: signals come on an event loop while pieces are read on the pool. */
        private @Nullable Backup backup;

        private boolean reading;
        private boolean asked;
        private boolean over;

        Sending(StreamCall<SnapshotResponse> call) {
            this.call = call;
            call.whenOver(this::onEnd);
        }

        @Override
        public CompletableFuture<?> onRequest(SnapshotRequest request) {
            var unused = care.openBackup().whenComplete(this::opened);
            return StreamRpc.TAKEN;
        }

        private void opened(@Nullable Backup taken, @Nullable Throwable failure) {
            if (taken == null) {
                call.fail(failure == null ? new IllegalStateException("no backup") : failure);
                return;
            }
            boolean gone;
            synchronized (this) {
                gone = over;
                backup = taken;
            }
            if (gone) {
                drop();
            } else {
                onReady();
            }
        }

        @Override
        public void onReady() {
            synchronized (this) {
                asked = true;
                if (backup == null || reading || over) {
                    return;
                }
                reading = true;
            }
            try {
                readPool.execute(this::turn);
            } catch (RejectedExecutionException e) {
                synchronized (this) {
                    reading = false;
                }
                call.fail(new KvException.Failed(KvError.TOO_MANY_REQUESTS));
            }
        }

        private void turn() {
            boolean more = false;
            try {
                more = sendSome();
            } catch (IOException | RuntimeException e) {
                LOG.warn("a backup can't be read", e);
                call.fail(e);
            }
            boolean gone;
            synchronized (this) {
                reading = false;
                gone = over;
            }
            if (gone) {
                drop();
            } else if (more) {
                onReady();
            }
        }

        /** @return whether to go on at once */
        private boolean sendSome() throws IOException {
            Backup from;
            synchronized (this) {
                from = backup;
                asked = false;
            }
            if (from == null) {
                return false;
            }
            for (int sent = 0; sent < PIECES_A_TURN; sent++) {
                if (!call.isReady()) {
                    synchronized (this) {
                        // It may have become ready since.
                        return asked;
                    }
                }
                ByteString piece = from.next();
                if (piece == null) {
                    call.end();
                    return false;
                }
                call.send(SnapshotResponse.newBuilder()
                        .setRemainingBytes(from.remainingBytes())
                        .setBlob(piece)
                        .build());
            }
            return true;
        }

        @Override
        public void onEnd() {
            synchronized (this) {
                over = true;
                if (reading) {
                    return; // who reads drops it
                }
            }
            drop();
        }

        private void drop() {
            Backup done;
            synchronized (this) {
                done = backup;
                backup = null;
            }
            if (done != null) {
                try {
                    done.close();
                } catch (IOException e) {
                    LOG.warn("the files of a backup can't be removed", e);
                }
            }
        }
    }
}
