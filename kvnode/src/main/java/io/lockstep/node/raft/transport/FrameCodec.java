package io.lockstep.node.raft.transport;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.WireFormat;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.lockstep.proto.peer.Frame;
import io.lockstep.proto.peer.PeerGrpc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The wire form of {@link Frame}, written and read without building one.
 *
 * <p>Encoding happens in the caller's thread, at once: JRaft's requests point into buffers that it takes back when a
 * call ends, by timeout too, while gRPC may hold a message until the stream drains. So what gRPC gets are bytes of ours.
 */
final class FrameCodec {
    static final MethodDescriptor<byte[], Inbound> CONNECT = MethodDescriptor.<byte[], Inbound>newBuilder()
            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
            .setFullMethodName(PeerGrpc.getConnectMethod().getFullMethodName())
            .setRequestMarshaller(new OutboundMarshaller())
            .setResponseMarshaller(new InboundMarshaller())
            .build();
    static final MethodDescriptor<Inbound, byte[]> SERVE = MethodDescriptor.<Inbound, byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
            .setFullMethodName(PeerGrpc.getConnectMethod().getFullMethodName())
            .setRequestMarshaller(new InboundMarshaller())
            .setResponseMarshaller(new OutboundMarshaller())
            .build();

    private FrameCodec() {}

    /** A frame that arrived, parsed on the event loop. */
    record Inbound(long id, MessageType type, Message message) {}

    static byte[] encode(long id, Message message) {
        MessageType type = MessageType.of(message);
        int bodySize = message.getSerializedSize();
        int size = CodedOutputStream.computeUInt64Size(Frame.ID_FIELD_NUMBER, id)
                + CodedOutputStream.computeUInt32Size(Frame.TYPE_FIELD_NUMBER, type.number())
                + CodedOutputStream.computeTagSize(Frame.BODY_FIELD_NUMBER)
                + CodedOutputStream.computeUInt32SizeNoTag(bodySize)
                + bodySize;
        byte[] bytes = new byte[size];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            out.writeUInt64(Frame.ID_FIELD_NUMBER, id);
            out.writeUInt32(Frame.TYPE_FIELD_NUMBER, type.number());
            out.writeTag(Frame.BODY_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(bodySize);
            message.writeTo(out);
            out.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes;
    }

    static Inbound decode(byte[] bytes) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        long id = 0;
        int typeNumber = 0;
        int bodyOffset = 0;
        int bodySize = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case Frame.ID_FIELD_NUMBER -> id = in.readUInt64();
                case Frame.TYPE_FIELD_NUMBER -> typeNumber = in.readUInt32();
                case Frame.BODY_FIELD_NUMBER -> {
                    bodySize = in.readUInt32();
                    bodyOffset = in.getTotalBytesRead();
                    in.skipRawBytes(bodySize);
                }
                default -> in.skipField(tag);
            }
        }
        MessageType type = MessageType.of(typeNumber);
        if (type == null) {
            throw new InvalidProtocolBufferException("unknown message type " + typeNumber);
        }
        return new Inbound(id, type, type.prototype().getParserForType().parseFrom(bytes, bodyOffset, bodySize));
    }

    private static final class OutboundMarshaller implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            throw new UnsupportedOperationException("frames of this direction are only sent");
        }
    }

    private static final class InboundMarshaller implements MethodDescriptor.Marshaller<Inbound> {
        @Override
        public InputStream stream(Inbound value) {
            throw new UnsupportedOperationException("frames of this direction are only received");
        }

        @Override
        public Inbound parse(InputStream stream) {
            try {
                // gRPC's stream knows its whole length: one array, no growing.
                byte[] bytes = new byte[stream.available()];
                int read = stream.readNBytes(bytes, 0, bytes.length);
                if (read != bytes.length || stream.read() >= 0) {
                    throw new IOException("a frame of unknown length");
                }
                return decode(bytes);
            } catch (IOException e) {
                throw Status.INTERNAL
                        .withDescription("peer protocol: " + e.getMessage())
                        .withCause(e)
                        .asRuntimeException();
            }
        }
    }
}
