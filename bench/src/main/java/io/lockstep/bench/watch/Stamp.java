package io.lockstep.bench.watch;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;

/** What a value begins with: which put wrote it. */
final class Stamp {
    static final int BYTES = Integer.BYTES;

    private Stamp() {}

    static ByteString value(int put, int size) {
        return UnsafeByteOperations.unsafeWrap(
                ByteBuffer.allocate(size).putInt(put).rewind());
    }

    /** Below 0: not written by this run. */
    static int putOf(ByteString value) {
        return value.size() < BYTES ? -1 : value.asReadOnlyByteBuffer().getInt();
    }
}
