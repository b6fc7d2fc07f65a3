package io.lockstep.node.rpc;

import java.util.concurrent.CompletableFuture;

/**
 * What the node does on a client's signals, one signal at a time, on the call's event loop: must not block. A method that
 * throws ends the stream with its error.
 */
public interface StreamListener<Q> {
    /** @return complete once the request is no longer in hand, so that another may come; {@link StreamRpc#TAKEN} */
    CompletableFuture<?> onRequest(Q request);

    /** The client sends no more; the stream lives on until one side ends it. */
    default void onHalfClose() {}

    /** The connection takes answers again, after {@link StreamCall#isReady} was false; may come too often. */
    default void onReady() {}

    /** The stream is over, whoever ended it. Once, as the last signal. */
    void onEnd();
}
