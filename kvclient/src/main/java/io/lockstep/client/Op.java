package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RequestOp;

/** One step of a transaction. */
public final class Op {
    private final RequestOp message;

    private Op(RequestOp message) {
        this.message = message;
    }

    /** Writes the key. */
    public static Op put(ByteString key, ByteString value) {
        return put(key, value, PutOptions.DEFAULT);
    }

    /** Writes the key; when the transaction is acknowledged, {@link Txn#ack} says. */
    public static Op put(ByteString key, ByteString value, PutOptions options) {
        return of(options.toRequest(key, value));
    }

    /** @param options its consistency does not matter here: a transaction reads the state it runs on */
    public static Op get(ByteString key, GetOptions options) {
        return new Op(
                RequestOp.newBuilder().setRequestRange(options.toRequest(key)).build());
    }

    /** Reads the key. */
    public static Op get(ByteString key) {
        return get(key, GetOptions.DEFAULT);
    }

    /** Deletes the key. */
    public static Op delete(ByteString key) {
        return delete(KeyRange.single(key));
    }

    /** Deletes all keys of the range. */
    public static Op delete(KeyRange range) {
        return new Op(RequestOp.newBuilder()
                .setRequestDeleteRange(
                        DeleteRangeRequest.newBuilder().setKey(range.key()).setRangeEnd(range.end()))
                .build());
    }

    /** A transaction inside this one; all of it is one revision. */
    public static Op txn(Txn txn) {
        return new Op(RequestOp.newBuilder().setRequestTxn(txn.toRequest()).build());
    }

    private static Op of(PutRequest put) {
        return new Op(RequestOp.newBuilder().setRequestPut(put).build());
    }

    RequestOp toMessage() {
        return message;
    }
}
