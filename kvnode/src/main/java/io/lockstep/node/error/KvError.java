package io.lockstep.node.error;

/**
 * Every error that a client may see, with its gRPC code and the exact text. Clients of etcd tell errors apart by their
 * text, so a text is API: it is etcd's (level 3.5.30) wherever etcd has the error.
 */
public enum KvError {
    KEY_NOT_PROVIDED(Code.INVALID_ARGUMENT, "etcdserver: key is not provided"),
    KEY_NOT_FOUND(Code.INVALID_ARGUMENT, "etcdserver: key not found"),
    VALUE_PROVIDED(Code.INVALID_ARGUMENT, "etcdserver: value is provided"),
    LEASE_PROVIDED(Code.INVALID_ARGUMENT, "etcdserver: lease is provided"),
    TOO_MANY_OPS(Code.INVALID_ARGUMENT, "etcdserver: too many operations in txn request"),
    DUPLICATE_KEY(Code.INVALID_ARGUMENT, "etcdserver: duplicate key given in txn request"),
    INVALID_CLIENT_API_VERSION(Code.INVALID_ARGUMENT, "etcdserver: invalid client api version"),
    INVALID_SORT_OPTION(Code.INVALID_ARGUMENT, "etcdserver: invalid sort option"),
    REQUEST_TOO_LARGE(Code.INVALID_ARGUMENT, "etcdserver: request is too large"),
    COMMAND_CHANGES_TOO_MUCH(
            Code.INVALID_ARGUMENT,
            "lockstep: the request changes more than one command may (maxCommandChangeBytes): split it into smaller ranges"),
    COMPACTED(Code.OUT_OF_RANGE, "etcdserver: mvcc: required revision has been compacted"),
    FUTURE_REVISION(Code.OUT_OF_RANGE, "etcdserver: mvcc: required revision is a future revision"),
    NO_SPACE(Code.RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded"),
    /** On the wire etcd sends this one as Unknown; its client library turns it into ResourceExhausted. */
    TOO_MANY_REQUESTS(Code.UNKNOWN, "etcdserver: too many requests"),
    LEASE_NOT_FOUND(Code.NOT_FOUND, "etcdserver: requested lease not found"),
    LEASE_EXISTS(Code.FAILED_PRECONDITION, "etcdserver: lease already exists"),
    LEASE_TTL_TOO_LARGE(Code.OUT_OF_RANGE, "etcdserver: too large lease TTL"),
    LEASE_FULL(
            Code.RESOURCE_EXHAUSTED,
            "lockstep: the lease carries as much as one may (maxKeysPerLease): spread the keys over several leases"),
    /** The errors of locks and elections have no codes in etcd. */
    SESSION_EXPIRED(Code.UNKNOWN, "mutex: session is expired"),
    NOBODY_ELECTED(Code.UNKNOWN, "election: no leader"),
    NOT_ELECTED(Code.UNKNOWN, "election: not leader"),
    LEADER_KEY_MISSING(Code.UNKNOWN, "\"leader\" field must be provided"),
    /** As grpc-go words it. */
    SERVICE_UNKNOWN(Code.NOT_FOUND, "unknown service"),
    MEMBER_NOT_FOUND(Code.NOT_FOUND, "etcdserver: member not found"),
    MEMBER_EXISTS(Code.FAILED_PRECONDITION, "etcdserver: member ID already exist"),
    PEER_URL_EXISTS(Code.FAILED_PRECONDITION, "etcdserver: Peer URLs already exists"),
    MEMBER_URLS_INVALID(Code.INVALID_ARGUMENT, "etcdserver: given member URLs are invalid"),
    /** On the wire etcd sends this one as Unknown; its client library turns it into FailedPrecondition. */
    NOT_ENOUGH_STARTED(Code.UNKNOWN, "etcdserver: re-configuration failed due to not enough started members"),
    NOT_A_LEARNER(Code.FAILED_PRECONDITION, "etcdserver: can only promote a learner member"),
    LEARNER_NOT_READY(
            Code.FAILED_PRECONDITION, "etcdserver: can only promote a learner member which is in sync with leader"),
    TOO_MANY_LEARNERS(Code.FAILED_PRECONDITION, "etcdserver: too many learner members in cluster"),
    UNHEALTHY(Code.UNAVAILABLE, "etcdserver: unhealthy cluster"),
    MEMBER_CHANGE_UNFINISHED(
            Code.FAILED_PRECONDITION,
            "lockstep: voters change one at a time, and one is still joining or leaving:"
                    + " wait until it has caught up, or remove the one that joins"),
    PEER_URL_FIXED(
            Code.FAILED_PRECONDITION,
            "lockstep: the peer address of a member that has started is its identity:"
                    + " add a member under the new address, then remove this one"),
    MEMBER_CLAIMED(
            Code.FAILED_PRECONDITION,
            "lockstep: the member has started before with another data directory:"
                    + " bring that one back, or remove the member and add it anew"),
    MEMBER_TOO_OLD(
            Code.FAILED_PRECONDITION,
            "lockstep: the cluster uses what the member's software can't execute: start a newer version"),
    LEARNER_NOT_SUPPORTED(Code.FAILED_PRECONDITION, "etcdserver: rpc not supported for learner"),
    NO_LEADER(Code.UNAVAILABLE, "etcdserver: no leader"),
    LEADER_CHANGED(Code.UNAVAILABLE, "etcdserver: leader changed"),
    STOPPED(Code.UNAVAILABLE, "etcdserver: server stopped"),
    TIMEOUT(Code.UNAVAILABLE, "etcdserver: request timed out"),
    TIMEOUT_LEADER_FAILED(Code.UNAVAILABLE, "etcdserver: request timed out, possibly due to previous leader failure"),
    TIMEOUT_CONNECTION_LOST(Code.UNAVAILABLE, "etcdserver: request timed out, possibly due to connection lost"),
    VIEW_TOO_OLD(Code.UNAVAILABLE, "lockstep: the read took longer than a view may be held: read fewer keys at a time"),
    CANCELLED(Code.CANCELLED, "etcdserver: request canceled"),
    CLIENT_TAKES_NOTHING(
            Code.UNAVAILABLE, "lockstep: the client took none of the stream's answers for too long: open it again"),
    USER_EMPTY(Code.INVALID_ARGUMENT, "etcdserver: user name is empty"),
    ROLE_EMPTY(Code.INVALID_ARGUMENT, "etcdserver: role name is empty"),
    AUTH_FAILED(Code.INVALID_ARGUMENT, "etcdserver: authentication failed, invalid user ID or password"),
    PERMISSION_NOT_GIVEN(Code.INVALID_ARGUMENT, "etcdserver: permission not given"),
    INVALID_AUTH_MANAGEMENT(Code.INVALID_ARGUMENT, "etcdserver: invalid auth management"),
    AUTH_OLD_REVISION(Code.INVALID_ARGUMENT, "etcdserver: revision of auth store is old"),
    PASSWORD_TOO_LONG(
            Code.INVALID_ARGUMENT, "lockstep: the password is longer than 72 bytes, of which bcrypt takes no more"),
    ROOT_USER_NOT_EXIST(Code.FAILED_PRECONDITION, "etcdserver: root user does not exist"),
    ROOT_ROLE_NOT_EXIST(Code.FAILED_PRECONDITION, "etcdserver: root user does not have root role"),
    USER_ALREADY_EXISTS(Code.FAILED_PRECONDITION, "etcdserver: user name already exists"),
    USER_NOT_FOUND(Code.FAILED_PRECONDITION, "etcdserver: user name not found"),
    ROLE_ALREADY_EXISTS(Code.FAILED_PRECONDITION, "etcdserver: role name already exists"),
    ROLE_NOT_FOUND(Code.FAILED_PRECONDITION, "etcdserver: role name not found"),
    ROLE_NOT_GRANTED(Code.FAILED_PRECONDITION, "etcdserver: role is not granted to the user"),
    PERMISSION_NOT_GRANTED(Code.FAILED_PRECONDITION, "etcdserver: permission is not granted to the role"),
    TOKENS_NOT_ISSUED_HERE(
            Code.FAILED_PRECONDITION, "lockstep: this member has no priv-key in --auth-token and can't issue tokens"),
    PERMISSION_DENIED(Code.PERMISSION_DENIED, "etcdserver: permission denied"),
    INVALID_AUTH_TOKEN(Code.UNAUTHENTICATED, "etcdserver: invalid auth token"),
    AUTH_NOT_ENABLED(Code.FAILED_PRECONDITION, "etcdserver: authentication is not enabled"),
    CORRUPT(Code.DATA_LOSS, "etcdserver: corrupt cluster"),
    BOUND_ON_WRITE(
            Code.INVALID_ARGUMENT,
            "lockstep: max_staleness_millis and min_revision are for reads: this transaction may write"),
    BOUND_IN_TXN(
            Code.INVALID_ARGUMENT,
            "lockstep: max_staleness_millis and min_revision go on the transaction, not on the ranges in it"),
    MIN_REVISION_NEGATIVE(Code.INVALID_ARGUMENT, "lockstep: min_revision must be 0 or more"),
    DIAL_UNREADABLE(Code.INVALID_ARGUMENT, "lockstep: the dial can't be read"),
    OTHER_CLUSTER(Code.FAILED_PRECONDITION, "lockstep: the session is of another cluster: begin a new one"),
    STALENESS_NOT_PROVEN(Code.UNAVAILABLE, "lockstep: this member lags more than was asked for"),
    ACK_UNKNOWN(Code.INVALID_ARGUMENT, "lockstep: ack must be ACK_ACCEPTED, ACK_QUORUM or ACK_ALL"),
    ACCEPTED_HAS_NO_ANSWER(
            Code.INVALID_ARGUMENT,
            "lockstep: ack=ACK_ACCEPTED answers before anything is known: it is for Put and DeleteRange without prev_kv"),
    ACCEPTED_IN_SESSION(
            Code.INVALID_ARGUMENT,
            "lockstep: a session reads its own writes, and ack=ACK_ACCEPTED may lose them: use ACK_QUORUM"),
    NOT_LEADER(Code.FAILED_PRECONDITION, "etcdserver: not leader"),
    BAD_LEADER_TRANSFEREE(Code.FAILED_PRECONDITION, "etcdserver: bad leader transferee"),
    DOWNGRADE_VERSION_FORMAT(Code.INVALID_ARGUMENT, "etcdserver: wrong downgrade target version format"),
    DOWNGRADE_TARGET_INVALID(Code.INVALID_ARGUMENT, "etcdserver: invalid downgrade target version"),
    NO_INFLIGHT_DOWNGRADE(Code.FAILED_PRECONDITION, "etcdserver: no inflight downgrade job"),
    DOWNGRADE_NOT_OFFERED(
            Code.FAILED_PRECONDITION,
            "lockstep: there is no older level of the API that this software could go back to"),
    UNKNOWN_METHOD(Code.UNKNOWN, "etcdserver: unknown method"),
    ALARM_UNKNOWN(
            Code.INVALID_ARGUMENT,
            "lockstep: an alarm is NOSPACE or CORRUPT, and what is done with it GET, ACTIVATE or DEACTIVATE");

    /** gRPC's codes, by gRPC's numbers; kept apart from grpc so that replicated code needs no transport. */
    public enum Code {
        CANCELLED(1),
        UNKNOWN(2),
        INVALID_ARGUMENT(3),
        NOT_FOUND(5),
        PERMISSION_DENIED(7),
        RESOURCE_EXHAUSTED(8),
        FAILED_PRECONDITION(9),
        OUT_OF_RANGE(11),
        UNIMPLEMENTED(12),
        UNAVAILABLE(14),
        DATA_LOSS(15),
        UNAUTHENTICATED(16);

        private final int number;

        Code(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }
    }

    private final Code code;
    private final String text;

    KvError(Code code, String text) {
        this.code = code;
        this.text = text;
    }

    public Code code() {
        return code;
    }

    public String text() {
        return text;
    }
}
