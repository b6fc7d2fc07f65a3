package io.lockstep.node.compat;

import com.google.protobuf.ByteString;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.RangeRequest;

/** Requests that several tests send. */
final class Requests {
    /** As a range's key and end together: the whole key space. */
    static final ByteString FIRST = ByteString.copyFrom(new byte[] {0});

    private Requests() {}

    static RangeRequest everything() {
        return RangeRequest.newBuilder().setKey(FIRST).setRangeEnd(FIRST).build();
    }

    static DeleteRangeRequest deleteEverything() {
        return DeleteRangeRequest.newBuilder().setKey(FIRST).setRangeEnd(FIRST).build();
    }
}
