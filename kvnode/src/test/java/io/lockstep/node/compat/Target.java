package io.lockstep.node.compat;

import com.google.protobuf.Message;
import java.util.concurrent.CompletableFuture;

/** Something that answers the requests of the differential test: a connection to a server, or one with a planted difference. */
interface Target {
    /** Sends the request without waiting for its answer; an error of the server is an answer. */
    CompletableFuture<Answer> ask(Message request);

    default Answer call(Message request) {
        return ask(request).join();
    }
}
