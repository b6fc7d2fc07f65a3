package io.lockstep.node.compat;

import com.google.protobuf.Message;
import io.lockstep.api.TxnRequest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Differences that are known and meant, each with its reason. Counts how often each was met. */
final class AllowedDifferences {
    /** One known difference. */
    record Allowed(String reason, Predicate<DifferentialRun.Exchange> matches) {}

    private static final String DUPLICATE_KEY = "etcdserver: duplicate key given in txn request";

    private final List<Allowed> list;
    private final Map<String, Integer> met = new TreeMap<>();

    private AllowedDifferences(List<Allowed> list) {
        this.list = list;
    }

    static AllowedDifferences none() {
        return new AllowedDifferences(List.of());
    }

    /**
     * What is known to differ between Lockstep and any etcd 3.5 from 3.5.16 on. Between 3.5.16 and 3.5.30 themselves 20,000
     * random steps of 50 seeds found no difference: what they changed between them (auth, watches, leases, snapshots) is
     * not among the steps. A difference that is found later and is right belongs here, with the reason and the versions.
     */
    static AllowedDifferences ofEtcd35() {
        return new AllowedDifferences(List.of(
                new Allowed("the order among keys that the sort holds for equal", EqualInOrder::test),
                new Allowed(
                        "what is left of a lease's time, by 2 s at most; the order of leases and of their keys",
                        EqualButForTime::test)));
    }

    /**
     * Whether the oracle is not asked at all, as the subject refused, and changed nothing by it, what the oracle would do.
     */
    boolean refusesByDesign(Message request, Answer actual) {
        boolean by = mayRefuseByDesign(request)
                && actual instanceof Answer.Refused refused
                && refused.text().equals(DUPLICATE_KEY);
        if (by) {
            met.merge("a key changes at most once a revision: etcd 3.5 overlooks some of these", 1, Integer::sum);
        }
        return by;
    }

    /** Whether the subject's answer decides if the oracle may be asked. */
    static boolean mayRefuseByDesign(Message request) {
        return request instanceof TxnRequest txn && KeyChangedTwice.mayPassInEtcd(txn);
    }

    boolean explains(DifferentialRun.Exchange exchange) {
        for (Allowed allowed : list) {
            if (allowed.matches().test(exchange)) {
                met.merge(allowed.reason(), 1, Integer::sum);
                return true;
            }
        }
        return false;
    }

    /** How often each reason was met. */
    Map<String, Integer> met() {
        return met;
    }
}
