package io.lockstep.bench.ceiling;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.Compare;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.RequestOp;
import io.lockstep.api.ResponseHeader;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.TxnResponse;
import io.lockstep.api.mvcc.KeyValue;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Puts, reads of the newest state, and transactions of compares of one key's modRevision with puts and reads: what loads are made of. Anything
 * else is refused. Nothing is replicated, written down or kept of the past.
 */
final class MemoryKv extends KVGrpc.KVImplBase {
    private static final ByteString TO_THE_END = ByteString.copyFrom(new byte[] {0});

    /** Read by all event loops; written under the monitor of this object. */
    private final ConcurrentSkipListMap<ByteString, KeyValue> current =
            new ConcurrentSkipListMap<>(ByteString.unsignedLexicographicalComparator());

    /** Written under the monitor of this object, read by all event loops. */
    private volatile long revision = 1;

    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> observer) {
        PutResponse response;
        synchronized (this) {
            revision++;
            write(request);
            response = PutResponse.newBuilder().setHeader(header()).build();
        }
        observer.onNext(response);
        observer.onCompleted();
    }

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
        observer.onNext(read(request));
        observer.onCompleted();
    }

    @Override
    public void txn(TxnRequest request, StreamObserver<TxnResponse> observer) {
        if (!isSupported(request)) {
            observer.onError(Status.UNIMPLEMENTED
                    .withDescription("the null server takes compares of one key's mod revision, puts and ranges only")
                    .asRuntimeException());
            return;
        }
        TxnResponse response;
        synchronized (this) {
            response = execute(request);
        }
        observer.onNext(response);
        observer.onCompleted();
    }

    private static boolean isSupported(TxnRequest request) {
        return request.getCompareList().stream().allMatch(MemoryKv::isSupported)
                && request.getSuccessList().stream().allMatch(op -> op.hasRequestPut() || op.hasRequestRange())
                && request.getFailureList().stream().allMatch(op -> op.hasRequestPut() || op.hasRequestRange());
    }

    private static boolean isSupported(Compare compare) {
        return compare.getTarget() == Compare.CompareTarget.MOD
                && compare.getResult() == Compare.CompareResult.EQUAL
                && compare.getRangeEnd().isEmpty();
    }

    private TxnResponse execute(TxnRequest request) {
        boolean succeeded = request.getCompareList().stream().allMatch(this::holds);
        List<RequestOp> ops = succeeded ? request.getSuccessList() : request.getFailureList();
        if (ops.stream().anyMatch(RequestOp::hasRequestPut)) {
            revision++;
        }
        TxnResponse.Builder response =
                TxnResponse.newBuilder().setSucceeded(succeeded).setHeader(header());
        for (RequestOp op : ops) {
            if (op.hasRequestPut()) {
                write(op.getRequestPut());
                response.addResponsesBuilder().getResponsePutBuilder().setHeader(header());
            } else {
                response.addResponsesBuilder().setResponseRange(read(op.getRequestRange()));
            }
        }
        return response.build();
    }

    private boolean holds(Compare compare) {
        KeyValue present = current.get(compare.getKey());
        return (present == null ? 0 : present.getModRevision()) == compare.getModRevision();
    }

    private void write(PutRequest request) {
        KeyValue old = current.get(request.getKey());
        current.put(
                request.getKey(),
                KeyValue.newBuilder()
                        .setKey(request.getKey())
                        .setValue(request.getValue())
                        .setLease(request.getLease())
                        .setModRevision(revision)
                        .setCreateRevision(old == null ? revision : old.getCreateRevision())
                        .setVersion(old == null ? 1 : old.getVersion() + 1)
                        .build());
    }

    private RangeResponse read(RangeRequest request) {
        RangeResponse.Builder response = RangeResponse.newBuilder().setHeader(header());
        if (request.getRangeEnd().isEmpty()) {
            KeyValue found = current.get(request.getKey());
            return found == null
                    ? response.build()
                    : response.addKvs(found).setCount(1).build();
        }
        Collection<KeyValue> found = between(request.getKey(), request.getRangeEnd());
        found.stream()
                .limit(request.getLimit() <= 0 ? Long.MAX_VALUE : request.getLimit())
                .forEach(response::addKvs);
        int count = request.getLimit() <= 0 ? response.getKvsCount() : found.size();
        return response.setCount(count).setMore(count > response.getKvsCount()).build();
    }

    private Collection<KeyValue> between(ByteString from, ByteString end) {
        if (TO_THE_END.equals(end)) {
            return current.tailMap(from).values();
        }
        boolean empty = ByteString.unsignedLexicographicalComparator().compare(from, end) >= 0;
        return empty ? List.of() : current.subMap(from, end).values();
    }

    private ResponseHeader header() {
        return ResponseHeader.newBuilder()
                .setClusterId(1)
                .setMemberId(1)
                .setRaftTerm(1)
                .setRevision(revision)
                .build();
    }
}
