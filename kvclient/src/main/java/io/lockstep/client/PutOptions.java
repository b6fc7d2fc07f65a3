package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.api.PutRequest;

/** What a put does besides. Immutable: each method returns a changed copy. */
public final class PutOptions {
    /** Just the value, acknowledged by a quorum. */
    public static final PutOptions DEFAULT = new PutOptions(PutRequest.getDefaultInstance());

    private final PutRequest template;

    private PutOptions(PutRequest template) {
        this.template = template;
    }

    /** Answer with what the key was before. */
    public PutOptions previous() {
        return new PutOptions(template.toBuilder().setPrevKv(true).build());
    }

    /** Bind the key to this lease; 0: to none. */
    public PutOptions lease(long lease) {
        return new PutOptions(template.toBuilder().setLease(lease).build());
    }

    /** Keep the value the key has; the key must exist and the given value be empty. */
    public PutOptions keepValue() {
        return new PutOptions(template.toBuilder().setIgnoreValue(true).build());
    }

    /** Keep the lease the key has; the key must exist. */
    public PutOptions keepLease() {
        return new PutOptions(template.toBuilder().setIgnoreLease(true).build());
    }

    /** When the write is acknowledged; default: {@link Ack#QUORUM}. */
    public PutOptions ack(Ack ack) {
        return new PutOptions(template.toBuilder().setAck(ack.wire()).build());
    }

    PutRequest toRequest(ByteString key, ByteString value) {
        return template.toBuilder().setKey(key).setValue(value).build();
    }
}
