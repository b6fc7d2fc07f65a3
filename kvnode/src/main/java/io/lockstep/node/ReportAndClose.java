package io.lockstep.node;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of a node that can't go on if its owner did not say: an error is logged, it is closed, the process lives. */
final class ReportAndClose implements FatalHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ReportAndClose.class);

    /** Never completed if the start fails. */
    private final CompletableFuture<KvNode> started = new CompletableFuture<>();

    void started(KvNode node) {
        started.complete(node);
    }

    @Override
    public void onFatal(String what, @Nullable Throwable cause) {
        LOG.error("the node can't go on and is closed: {}", what, cause);
        // On a thread of its own: whoever brings the news may be one that the close waits for.
        var unused = started.thenAccept(node -> {
            Thread closer = new Thread(node::close, "lockstep-close");
            closer.setDaemon(true);
            closer.start();
        });
    }
}
