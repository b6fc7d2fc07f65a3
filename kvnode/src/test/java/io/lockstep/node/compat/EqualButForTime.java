package io.lockstep.node.compat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.lockstep.api.LeaseLeasesResponse;
import io.lockstep.api.LeaseStatus;
import io.lockstep.api.LeaseTimeToLiveResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Answers about leases that differ only in what is left of their time, by little; or in an order that is an accident in
 * etcd: its keys come out of a map, its leases by ends that are compared in parts of a second.
 */
final class EqualButForTime {
    private static final long TOLERANCE_SECONDS = 2;

    private EqualButForTime() {}

    static boolean test(DifferentialRun.Exchange exchange) {
        if (!(exchange.expected() instanceof Answer.Given expected)
                || !(exchange.actual() instanceof Answer.Given actual)) {
            return false;
        }
        Message one = expected.message();
        Message other = actual.message();
        if (one instanceof LeaseTimeToLiveResponse left && other instanceof LeaseTimeToLiveResponse right) {
            return Math.abs(left.getTTL() - right.getTTL()) <= TOLERANCE_SECONDS
                    && left.getTTL() >= 0 == right.getTTL() >= 0
                    && timeless(left).equals(timeless(right));
        }
        return one instanceof LeaseLeasesResponse left
                && other instanceof LeaseLeasesResponse right
                && sorted(left).equals(sorted(right));
    }

    private static LeaseTimeToLiveResponse timeless(LeaseTimeToLiveResponse answer) {
        List<ByteString> keys = new ArrayList<>(answer.getKeysList());
        keys.sort(ByteString.unsignedLexicographicalComparator());
        return answer.toBuilder().clearTTL().clearKeys().addAllKeys(keys).build();
    }

    private static LeaseLeasesResponse sorted(LeaseLeasesResponse answer) {
        List<LeaseStatus> leases = new ArrayList<>(answer.getLeasesList());
        leases.sort(Comparator.comparingLong(LeaseStatus::getID));
        return answer.toBuilder().clearLeases().addAllLeases(leases).build();
    }
}
