package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import java.util.concurrent.TimeUnit;

/** Measures how far away an endpoint is: a stale count of one key, which no user waits for. At most one per endpoint. */
final class Probe extends ClientCall.Listener<RangeResponse> {
    private static final long TIMEOUT_SECONDS = 1;
    private static final RangeRequest REQUEST = RangeRequest.newBuilder()
            .setKey(ByteString.copyFrom(new byte[1]))
            .setCountOnly(true)
            .setSerializable(true)
            .build();

    private final Slot slot;
    private final HandOverMark mark;

    private Probe(Slot slot, HandOverMark mark) {
        this.slot = slot;
        this.mark = mark;
    }

    static void send(Slot slot) {
        HandOverMark mark = new HandOverMark();
        ClientCall<RangeRequest, RangeResponse> call = slot.channel()
                .newCall(
                        KVGrpc.getRangeMethod(),
                        CallOptions.DEFAULT
                                .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                                .withStreamTracerFactory(mark));
        call.start(new Probe(slot, mark), new Metadata());
        call.request(2);
        call.sendMessage(REQUEST);
        call.halfClose();
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        long now = System.nanoTime();
        boolean reached = Failure.of(status, false, mark.isSet()).evidence() == Failure.Evidence.SERVER;
        if (status.isOk() || reached) {
            // A refusal has come the same way.
            slot.nearness().answered(mark.nanosUntil(now), now);
        } else {
            slot.nearness().failed(now);
        }
    }
}
