package io.lockstep.node.rpc.http;

import com.google.protobuf.ByteString;
import io.lockstep.node.rpc.ErrorMapping;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a body into the JSON objects that stand in it one behind the other, as its bytes come in. Only finds where objects
 * end; whether they make sense is the parser's affair. One thread.
 */
final class JsonObjects {
    private final int maxObjectBytes;

    /** Of the object that is not whole yet. */
    private ByteString.Output object = ByteString.newOutput();

    private int objectBytes;
    private int depth;
    private boolean inString;
    private boolean escaped;

    JsonObjects(int maxObjectBytes) {
        this.maxObjectBytes = maxObjectBytes;
    }

    /**
     * Reads on to the end of the next object.
     *
     * @return null: the bytes are used up, and what they began is kept for the next ones
     * @throws GatewayJson.Unreadable there is something else than an object, or one that is too large
     */
    @Nullable
    String next(ByteBuf bytes) {
        while (bytes.isReadable()) {
            byte b = bytes.readByte();
            if (depth == 0 && isBlank(b)) {
                continue;
            }
            if (depth == 0 && b != '{') {
                throw new GatewayJson.Unreadable(
                        ErrorMapping.unreadable("the body must be JSON objects one behind the other"));
            }
            if (++objectBytes > maxObjectBytes) {
                throw new GatewayJson.Unreadable(ErrorMapping.messageTooLarge(objectBytes, maxObjectBytes));
            }
            object.write(b);
            if (endsObject(b)) {
                String whole = object.toByteString().toStringUtf8();
                object = ByteString.newOutput();
                objectBytes = 0;
                return whole;
            }
        }
        return null;
    }

    /** Whether the bytes so far end within an object. */
    boolean isWithinObject() {
        return depth > 0;
    }

    private boolean endsObject(byte b) {
        if (inString) {
            if (escaped) {
                escaped = false;
            } else if (b == '\\') {
                escaped = true;
            } else if (b == '"') {
                inString = false;
            }
            return false;
        }
        switch (b) {
            case '"' -> inString = true;
            case '{', '[' -> depth++;
            case '}', ']' -> {
                depth--;
                return depth == 0;
            }
            default -> {}
        }
        return false;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }
}
