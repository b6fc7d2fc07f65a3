package io.lockstep.node.rpc;

import com.google.protobuf.ByteString;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A backup that is being read; touches the disk. One thread at a time. */
public interface Backup extends AutoCloseable {
    /** What comes after the piece that was given last, the digest not counted. */
    long remainingBytes();

    /** The next piece; the last one is the digest over all others; then null. */
    @Nullable
    ByteString next() throws IOException;

    /** Gives back the room that it takes. */
    @Override
    void close() throws IOException;
}
