package io.lockstep.node.mvcc;

import com.google.protobuf.ByteString;
import io.lockstep.api.RangeResponse;
import java.util.List;

/**
 * What a range read found.
 *
 * @param revision the store's revision at the view that was read (never the requested historical one)
 * @param encodedKvs serialised {@code mvccpb.KeyValue} messages, ready to be copied into an answer
 * @param count keys in the whole range at the requested revision, whatever the limit
 * @param more whether the limit cut something off
 */
public record RangeResult(long revision, List<ByteString> encodedKvs, long count, boolean more) {
    /** The answer as a message, without its header. */
    public RangeResponse.Builder toResponse() {
        RangeResponse.Builder response =
                RangeResponse.newBuilder().setCount(count).setMore(more);
        for (ByteString encoded : encodedKvs) {
            response.addKvs(StoredKeyValue.parse(encoded));
        }
        return response;
    }
}
