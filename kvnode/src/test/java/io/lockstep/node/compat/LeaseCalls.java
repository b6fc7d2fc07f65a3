package io.lockstep.node.compat;

import com.google.protobuf.Message;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.LeaseGrantRequest;
import io.lockstep.api.LeaseGrpc;
import io.lockstep.api.LeaseKeepAliveRequest;
import io.lockstep.api.LeaseKeepAliveResponse;
import io.lockstep.api.LeaseLeasesRequest;
import io.lockstep.api.LeaseRevokeRequest;
import io.lockstep.api.LeaseTimeToLiveRequest;
import java.util.concurrent.CompletableFuture;

/** The requests about leases, each by its call; a keep-alive is a stream of one. */
final class LeaseCalls {
    private LeaseCalls() {}

    static boolean takes(Message request) {
        return request instanceof LeaseGrantRequest
                || request instanceof LeaseRevokeRequest
                || request instanceof LeaseTimeToLiveRequest
                || request instanceof LeaseLeasesRequest
                || request instanceof LeaseKeepAliveRequest;
    }

    static CompletableFuture<Answer> ask(LeaseGrpc.LeaseStub leases, Message request) {
        if (request instanceof LeaseGrantRequest grant) {
            return Connection.answer(grant, leases::leaseGrant);
        } else if (request instanceof LeaseRevokeRequest revoke) {
            return Connection.answer(revoke, leases::leaseRevoke);
        } else if (request instanceof LeaseTimeToLiveRequest timeToLive) {
            return Connection.answer(timeToLive, leases::leaseTimeToLive);
        } else if (request instanceof LeaseLeasesRequest list) {
            return Connection.answer(list, leases::leaseLeases);
        }
        return Connection.<LeaseKeepAliveRequest, LeaseKeepAliveResponse>answer(
                (LeaseKeepAliveRequest) request, (keepAlive, observer) -> {
                    StreamObserver<LeaseKeepAliveRequest> stream = leases.leaseKeepAlive(observer);
                    stream.onNext(keepAlive);
                    stream.onCompleted();
                });
    }
}
