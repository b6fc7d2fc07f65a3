package io.lockstep.cli.output;

import io.lockstep.api.AlarmResponse;
import io.lockstep.api.DeleteRangeResponse;
import io.lockstep.api.HashKVResponse;
import io.lockstep.api.MemberListResponse;
import io.lockstep.api.MoveLeaderResponse;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.StatusResponse;
import io.lockstep.api.TxnResponse;
import io.lockstep.api.WatchResponse;
import java.util.List;

/** One output format. */
public sealed interface Printer permits SimplePrinter, JsonPrinter, FieldsPrinter, TablePrinter {
    /** @param endpoint as the user wrote it */
    record EndpointStatus(String endpoint, StatusResponse status) {}

    /** @param endpoint as the user wrote it */
    record EndpointHash(String endpoint, HashKVResponse hash) {}

    /**
     * @param endpoint as the user wrote it
     * @param error empty if healthy
     */
    record EndpointHealth(String endpoint, boolean healthy, long tookNanos, String error) {}

    void get(Text out, RangeResponse answer);

    void put(Text out, PutResponse answer);

    void delete(Text out, DeleteRangeResponse answer);

    void txn(Text out, TxnResponse answer);

    void watch(Text out, WatchResponse answer);

    void members(Text out, MemberListResponse answer);

    void alarms(Text out, AlarmResponse answer);

    /** Leadership went from one member to another. */
    void moved(Text out, long from, long to, MoveLeaderResponse answer);

    void status(Text out, List<EndpointStatus> answers);

    void hashes(Text out, List<EndpointHash> answers);

    void health(Text out, List<EndpointHealth> answers);
}
