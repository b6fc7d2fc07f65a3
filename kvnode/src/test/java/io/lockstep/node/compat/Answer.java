package io.lockstep.node.compat;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.grpc.Status;

/** What a server said to one request. */
sealed interface Answer {
    /** A response. */
    record Given(Message message) implements Answer {
        @Override
        public String toString() {
            return message.getDescriptorForType().getName() + " { "
                    + TextFormat.printer().emittingSingleLine(true).printToString(message) + " }";
        }
    }

    /** An error, by what clients match. */
    record Refused(Status.Code code, String text) implements Answer {
        @Override
        public String toString() {
            return code + " \"" + text + "\"";
        }
    }
}
