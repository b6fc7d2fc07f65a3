package io.lockstep.node.mvcc;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import io.lockstep.api.mvcc.KeyValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * A stored, serialised KeyValue, with its numbers read and its value left where it is: most reads need the numbers, or
 * nothing, and copy the whole as it stands.
 */
public final class StoredKeyValue {
    private final byte[] encoded;
    private int keyStart;
    private int keyEnd;
    private long createRevision;
    private long modRevision;
    private long version;
    private long lease;
    /** Of the whole value field, tag included; equal when the value is empty. */
    private int valueFieldStart;

    private int valueStart;
    private int valueEnd;

    private StoredKeyValue(byte[] encoded) {
        this.encoded = encoded;
    }

    static StoredKeyValue of(byte[] encoded) {
        StoredKeyValue kv = new StoredKeyValue(encoded);
        try {
            kv.readFields();
        } catch (IOException e) {
            throw new UncheckedIOException("a stored key-value pair does not parse", e);
        }
        return kv;
    }

    private void readFields() throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(encoded);
        while (true) {
            int fieldStart = in.getTotalBytesRead();
            int tag = in.readTag();
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 0 -> {
                    return;
                }
                case KeyValue.KEY_FIELD_NUMBER -> {
                    int length = in.readUInt32();
                    keyStart = in.getTotalBytesRead();
                    keyEnd = keyStart + length;
                    in.skipRawBytes(length);
                }
                case KeyValue.CREATE_REVISION_FIELD_NUMBER -> createRevision = in.readInt64();
                case KeyValue.MOD_REVISION_FIELD_NUMBER -> modRevision = in.readInt64();
                case KeyValue.VERSION_FIELD_NUMBER -> version = in.readInt64();
                case KeyValue.LEASE_FIELD_NUMBER -> lease = in.readInt64();
                case KeyValue.VALUE_FIELD_NUMBER -> {
                    int length = in.readUInt32();
                    valueFieldStart = fieldStart;
                    valueStart = in.getTotalBytesRead();
                    valueEnd = valueStart + length;
                    in.skipRawBytes(length);
                }
                default -> in.skipField(tag);
            }
        }
    }

    public byte[] key() {
        return Arrays.copyOfRange(encoded, keyStart, keyEnd);
    }

    public long createRevision() {
        return createRevision;
    }

    public long modRevision() {
        return modRevision;
    }

    public long version() {
        return version;
    }

    public long lease() {
        return lease;
    }

    /** Shares the stored bytes. */
    public ByteString value() {
        return UnsafeByteOperations.unsafeWrap(encoded, valueStart, valueEnd - valueStart);
    }

    byte[] encoded() {
        return encoded;
    }

    /** Of the whole pair as it is stored. */
    public int sizeBytes() {
        return encoded.length;
    }

    /** Shares the stored bytes. */
    ByteString encodedString() {
        return UnsafeByteOperations.unsafeWrap(encoded);
    }

    /** The same, but with an empty value. */
    ByteString encodedWithoutValue() {
        ByteString all = encodedString();
        return all.substring(0, valueFieldStart).concat(all.substring(valueEnd));
    }

    public KeyValue message() {
        return parse(encodedString());
    }

    static KeyValue parse(ByteString encoded) {
        try {
            return KeyValue.parseFrom(encoded);
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException("a stored key-value pair does not parse", e);
        }
    }
}
