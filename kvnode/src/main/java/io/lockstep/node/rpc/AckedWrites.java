package io.lockstep.node.rpc;

import com.google.protobuf.Message;
import io.lockstep.api.Ack;
import io.lockstep.api.ResponseHeader;
import io.lockstep.node.apply.CommandResult;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.mvcc.WriteCost;
import io.lockstep.proto.log.Command;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The way of every write: submit, and answer once as many members have it as the caller asked for. */
final class AckedWrites {
    /**
     * A write that is acknowledged.
     *
     * @param response null: it was only accepted, and nobody knows yet what it came to
     */
    record Done(ResponseHeader header, @Nullable Message response) {
        /** The response without its header, or the empty one of a write that was only accepted. */
        <M extends Message> M responseOr(M empty) {
            @SuppressWarnings("unchecked") // Of the type that belongs to the command.
            M typed = response == null ? empty : (M) response;
            return typed;
        }
    }

    private final NodeServices services;
    private final Headers headers;
    private final Writes writes;
    private final Authorization authorization;

    AckedWrites(NodeServices services, Headers headers, Authorization authorization) {
        this.services = services;
        this.headers = headers;
        this.writes = services.writes();
        this.authorization = authorization;
    }

    CompletableFuture<Done> submit(Command.Builder command, Ack ack, RpcCall call) {
        return authorization.sign(command, call).thenCompose(signed -> submitSigned(signed, ack, call));
    }

    private CompletableFuture<Done> submitSigned(Command.Builder command, Ack ack, RpcCall call) {
        if (call.isCancelled()) {
            throw new KvException.Failed(KvError.CANCELLED);
        }
        if (call.isExpired()) {
            throw new KvException.Failed(KvError.TIMEOUT);
        }
        long costBytes = cost(command);
        if (costBytes > 0 && !services.space().hasRoomFor(costBytes)) {
            return noSpace(call);
        }
        if (ack == Ack.ACK_ACCEPTED) {
            return writes.accept(command, call.deadlineNanos())
                    .thenApply(taken -> new Done(headers.ofAccepted(services.views()), null));
        }
        CompletableFuture<CommandResult> result = writes.propose(command, call.deadlineNanos());
        call.follow(result);
        CompletableFuture<Done> done = result.thenApply(this::done);
        return ack == Ack.ACK_ALL ? done.thenCompose(here -> everywhere(here, call)) : done;
    }

    /** Checked here, before the log: applying refuses by the alarm alone, so that all members decide alike. */
    private static long cost(Command.Builder command) {
        return switch (command.getCommandCase()) {
            case PUT -> WriteCost.of(command.getPut());
            case TXN -> WriteCost.of(command.getTxn());
            case LEASE_GRANT -> WriteCost.LEASE_BYTES;
            case DELETE_RANGE,
                    COMPACTION,
                    LEASE_REVOKE,
                    RENEW_LEASES,
                    EXPIRE_LEASE,
                    PUBLISH_MEMBER,
                    ADD_MEMBER,
                    REMOVE_MEMBER,
                    UPDATE_MEMBER,
                    PROMOTE_MEMBER,
                    ADVANCE_MEMBER,
                    ALARM,
                    AUTH_ENABLE,
                    AUTH_DISABLE,
                    LOG_IN,
                    USER_ADD,
                    USER_CHANGE_PASSWORD,
                    USER_DELETE,
                    USER_GRANT_ROLE,
                    USER_REVOKE_ROLE,
                    ROLE_ADD,
                    ROLE_DELETE,
                    ROLE_GRANT_PERMISSION,
                    ROLE_REVOKE_PERMISSION,
                    COMMAND_NOT_SET -> 0;
        };
    }

    private <R> CompletableFuture<R> noSpace(RpcCall call) {
        return services.space().raiseAlarm(call.deadlineNanos()).thenApply(raised -> {
            throw new KvException.Rejected(KvError.NO_SPACE);
        });
    }

    private Done done(CommandResult result) {
        if (result.rejection() != null) {
            throw new KvException.Rejected(result.rejection());
        }
        return new Done(
                headers.of(result),
                Objects.requireNonNull(result.response(), "a result without response and rejection"));
    }

    /** The write is committed: whatever happens now, it is answered (invariant I16). */
    private CompletableFuture<Done> everywhere(Done here, RpcCall call) {
        CompletableFuture<List<Long>> missing = writes.appliedEverywhere(call.deadlineNanos());
        return missing.thenApply(
                ids -> new Done(here.header().toBuilder().addAllAckMissing(ids).build(), here.response()));
    }
}
