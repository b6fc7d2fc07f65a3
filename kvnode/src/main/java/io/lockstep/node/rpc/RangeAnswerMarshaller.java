package io.lockstep.node.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import io.lockstep.api.RangeResponse;
import io.lockstep.node.mvcc.RangeResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Puts a range's answer on the wire by copying the stored bytes: no KeyValue is parsed or built. */
final class RangeAnswerMarshaller implements Marshaller<RangeAnswer> {
    @Override
    public InputStream stream(RangeAnswer answer) {
        return new AnswerStream(answer);
    }

    @Override
    public RangeAnswer parse(InputStream stream) {
        throw new UnsupportedOperationException("a server only writes answers");
    }

    /** What gRPC's framer drains straight into its buffers, once it has asked for the length. */
    private static final class AnswerStream extends InputStream implements Drainable, KnownLength {
        private final RangeAnswer answer;
        private final int sizeBytes;
        private boolean drained;

        /** Only for a reader that does not drain (the gateway); gRPC does. */
        private @Nullable InputStream copy;

        AnswerStream(RangeAnswer answer) {
            this.answer = answer;
            this.sizeBytes = answer.sizeBytes();
        }

        @Override
        public int available() throws IOException {
            return copy != null ? copy.available() : drained ? 0 : sizeBytes;
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            if (copy != null) {
                return Math.toIntExact(copy.transferTo(target));
            }
            if (drained) {
                return 0;
            }
            drained = true;
            CodedOutputStream out = CodedOutputStream.newInstance(target);
            write(answer, out);
            out.flush();
            return sizeBytes;
        }

        @Override
        public int read() throws IOException {
            return copied().read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return copied().read(target, offset, length);
        }

        private InputStream copied() {
            if (copy == null) {
                byte[] bytes = new byte[drained ? 0 : sizeBytes];
                if (!drained) {
                    try {
                        write(answer, CodedOutputStream.newInstance(bytes));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
                copy = new ByteArrayInputStream(bytes);
            }
            return copy;
        }
    }

    /** A nested message and a bytes field look the same on the wire, so a serialised KeyValue is written as bytes. */
    private static void write(RangeAnswer answer, CodedOutputStream out) throws IOException {
        RangeResult result = answer.result();
        out.writeMessage(RangeResponse.HEADER_FIELD_NUMBER, answer.header());
        for (ByteString kv : result.encodedKvs()) {
            out.writeBytes(RangeResponse.KVS_FIELD_NUMBER, kv);
        }
        if (result.more()) {
            out.writeBool(RangeResponse.MORE_FIELD_NUMBER, true);
        }
        if (result.count() != 0) {
            out.writeInt64(RangeResponse.COUNT_FIELD_NUMBER, result.count());
        }
    }
}
