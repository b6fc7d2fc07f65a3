package io.lockstep.node.raft.transport;

import com.alipay.sofa.jraft.rpc.RpcRequests;
import com.google.protobuf.Message;
import io.lockstep.proto.peer.Call;
import io.lockstep.proto.peer.CallReply;
import io.lockstep.proto.peer.Hello;
import io.lockstep.proto.peer.HelloReply;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a frame's body is. The numbers are on the wire: never change or reuse one. Only what stands here is ever parsed,
 * and of JRaft's requests only the seven of its core: its CLI requests have no number, so nobody can send one.
 */
enum MessageType {
    HELLO(1, Hello.getDefaultInstance()),
    HELLO_REPLY(2, HelloReply.getDefaultInstance()),
    CALL(3, Call.getDefaultInstance()),
    CALL_REPLY(4, CallReply.getDefaultInstance()),
    APPEND_ENTRIES(16, RpcRequests.AppendEntriesRequest.getDefaultInstance()),
    APPEND_ENTRIES_REPLY(17, RpcRequests.AppendEntriesResponse.getDefaultInstance()),
    REQUEST_VOTE(18, RpcRequests.RequestVoteRequest.getDefaultInstance()),
    REQUEST_VOTE_REPLY(19, RpcRequests.RequestVoteResponse.getDefaultInstance()),
    INSTALL_SNAPSHOT(20, RpcRequests.InstallSnapshotRequest.getDefaultInstance()),
    INSTALL_SNAPSHOT_REPLY(21, RpcRequests.InstallSnapshotResponse.getDefaultInstance()),
    GET_FILE(22, RpcRequests.GetFileRequest.getDefaultInstance()),
    GET_FILE_REPLY(23, RpcRequests.GetFileResponse.getDefaultInstance()),
    TIMEOUT_NOW(24, RpcRequests.TimeoutNowRequest.getDefaultInstance()),
    TIMEOUT_NOW_REPLY(25, RpcRequests.TimeoutNowResponse.getDefaultInstance()),
    READ_INDEX(26, RpcRequests.ReadIndexRequest.getDefaultInstance()),
    READ_INDEX_REPLY(27, RpcRequests.ReadIndexResponse.getDefaultInstance()),
    PING(28, RpcRequests.PingRequest.getDefaultInstance()),
    ERROR_REPLY(29, RpcRequests.ErrorResponse.getDefaultInstance());

    private static final Map<Integer, MessageType> BY_NUMBER =
            Arrays.stream(values()).collect(Collectors.toMap(type -> type.number, Function.identity()));
    private static final Map<Class<?>, MessageType> BY_CLASS =
            Arrays.stream(values()).collect(Collectors.toMap(type -> type.prototype.getClass(), Function.identity()));

    private final int number;
    private final Message prototype;

    MessageType(int number, Message prototype) {
        this.number = number;
        this.prototype = prototype;
    }

    int number() {
        return number;
    }

    Message prototype() {
        return prototype;
    }

    static @Nullable MessageType of(int number) {
        return BY_NUMBER.get(number);
    }

    static MessageType of(Message message) {
        MessageType type = BY_CLASS.get(message.getClass());
        if (type == null) {
            throw new IllegalArgumentException(message.getClass().getName() + " is not a message of the peer protocol");
        }
        return type;
    }
}
