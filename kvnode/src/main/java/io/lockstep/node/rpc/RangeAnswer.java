package io.lockstep.node.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.ResponseHeader;
import io.lockstep.node.mvcc.RangeResult;

/** A {@code RangeResponse} on its way out: its keys are still in the bytes that the store gave. */
record RangeAnswer(ResponseHeader header, RangeResult result, int sizeBytes) {
    static RangeAnswer of(ResponseHeader header, RangeResult result) {
        return new RangeAnswer(header, result, size(header, result));
    }

    private static int size(ResponseHeader header, RangeResult result) {
        long size = CodedOutputStream.computeMessageSize(RangeResponse.HEADER_FIELD_NUMBER, header);
        for (ByteString kv : result.encodedKvs()) {
            size += CodedOutputStream.computeBytesSize(RangeResponse.KVS_FIELD_NUMBER, kv);
        }
        if (result.more()) {
            size += CodedOutputStream.computeBoolSize(RangeResponse.MORE_FIELD_NUMBER, true);
        }
        if (result.count() != 0) {
            size += CodedOutputStream.computeInt64Size(RangeResponse.COUNT_FIELD_NUMBER, result.count());
        }
        return Math.toIntExact(size);
    }
}
