package io.lockstep.examples;

import com.google.protobuf.ByteString;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.TxnResponse;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.client.Acked;
import io.lockstep.client.ClientException;
import io.lockstep.client.Compare;
import io.lockstep.client.Consistency;
import io.lockstep.client.DefiniteFailure;
import io.lockstep.client.Endpoint;
import io.lockstep.client.GetOptions;
import io.lockstep.client.KeyRange;
import io.lockstep.client.KvClient;
import io.lockstep.client.Op;
import io.lockstep.client.Served;
import io.lockstep.client.Txn;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A bank whose customers send each other money while auditors add up all accounts. A transfer reads both accounts stale,
 * from the member at hand, and writes them in a transaction that compares: if either has changed since, nothing is written.
 * An audit is one range, so it sees one state of the store: an old one if it is stale, but never half a transfer. The sum
 * is the same at all times, on all members, at every consistency.
 */
public final class Bank {
    private final KvClient client;
    private final List<Endpoint> endpoints;
    private final Options options;
    private final Names names = Names.fresh("bank");
    private final List<Auditor> auditors;
    private final LongAdder transfers = new LongAdder();
    private final LongAdder conflicts = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder unknown = new LongAdder();
    private long founded;

    /**
     * @param accounts 2 to 100
     * @param balance of each at the start
     * @param customers who transfer at the same time
     */
    public record Options(int accounts, long balance, int customers, Duration time) {
        public Options {
            if (accounts < 2 || accounts > 100 || balance < 1 || customers < 1) {
                throw new IllegalArgumentException("accounts is " + accounts + " (2 to 100), balance " + balance
                        + " and customers " + customers + " (both at least 1)");
            }
        }

        /** Twenty accounts of 1000, eight customers. */
        public static Options defaults(Duration time) {
            return new Options(20, 1000, 8, time);
        }

        /** What every audit must come to. */
        public long sum() {
            return accounts * balance;
        }
    }

    /**
     * What one auditor saw.
     *
     * @param wrong sums other than the one that all have
     * @param firstWrong the first of them and where it was read
     */
    public record Audits(String consistency, StalenessSummary staleness, long wrong, Optional<String> firstWrong) {}

    /**
     * @param transfers done
     * @param conflicts transfers that found an account changed, and were given up
     * @param failed calls that definitely did nothing
     * @param unknown transfers whose outcome was not learned
     * @param finalSum of all accounts, linearizably, when everybody had gone
     */
    public record Result(
            List<Audits> audits,
            long transfers,
            long conflicts,
            long failed,
            long unknown,
            long expectedSum,
            long finalSum,
            Duration took) {
        /** Whether every sum was the one. */
        public boolean holds() {
            return finalSum == expectedSum && audits.stream().allMatch(each -> each.wrong() == 0);
        }
    }

    private record Auditor(
            String name,
            GetOptions how,
            StalenessTally staleness,
            LongAdder wrong,
            AtomicReference<@Nullable String> firstWrong) {
        static Auditor of(String name, Consistency consistency) {
            GetOptions how = GetOptions.DEFAULT.withPrefix().consistency(consistency);
            return new Auditor(name, how, new StalenessTally(), new LongAdder(), new AtomicReference<>());
        }

        Audits audits() {
            return new Audits(name, staleness.summary(), wrong.sum(), Optional.ofNullable(firstWrong.get()));
        }
    }

    private Bank(KvClient client, Options options) {
        this.client = client;
        this.endpoints = client.endpoints();
        this.options = options;
        this.auditors = List.of(
                Auditor.of("linearizable", Consistency.linearizable()),
                Auditor.of("at most 500 ms", Consistency.atMost(Duration.ofMillis(500))),
                Auditor.of("stale", Consistency.stale()));
    }

    /**
     * Opens the accounts, transfers and audits until the time is up. Blocks.
     *
     * @throws ClientException if the accounts can't be opened, or nobody can be asked for the final sum
     */
    public static Result run(KvClient client, Options options) {
        return new Bank(client, options).run();
    }

    private Result run() {
        TxnResponse opened = client.sync()
                .commit(Txn.of(IntStream.range(0, options.accounts())
                        .mapToObj(account -> Op.put(account(account), Names.number(options.balance())))
                        .toArray(Op[]::new)));
        founded = Acked.of(opened).revision().orElseThrow();
        long start = System.nanoTime();
        new Crowd()
                .add("customer", options.customers(), this::transferAll)
                .add("auditor", auditors.size(), (number, open) -> auditAll(auditors.get(number), open))
                .run(options.time());
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        long finalSum = sum(client.sync().get(names.all(), GetOptions.DEFAULT.withPrefix()));
        client.delete(KeyRange.prefix(names.all()));
        return new Result(
                auditors.stream().map(Auditor::audits).toList(),
                transfers.sum(),
                conflicts.sum(),
                failed.sum(),
                unknown.sum(),
                options.sum(),
                finalSum,
                took);
    }

    private ByteString account(int number) {
        return names.key(String.format("%03d", number));
    }

    private void transferAll(int customer, BooleanSupplier open) {
        while (open.getAsBoolean()) {
            int from = ThreadLocalRandom.current().nextInt(options.accounts());
            int to = (from + 1 + ThreadLocalRandom.current().nextInt(options.accounts() - 1)) % options.accounts();
            try {
                transfer(account(from), account(to));
            } catch (DefiniteFailure nothingHappened) {
                failed.increment();
            } catch (ClientException perhaps) {
                unknown.increment();
            }
        }
    }

    private void transfer(ByteString from, ByteString to) {
        GetOptions near = GetOptions.DEFAULT.consistency(Consistency.stale());
        RangeResponse payer = client.sync().get(from, near);
        RangeResponse payee = client.sync().get(to, near);
        if (payer.getKvsCount() == 0 || payee.getKvsCount() == 0) {
            return; // this member has not heard of the bank yet
        }
        long has = balance(payer.getKvs(0));
        long amount = Math.min(has, ThreadLocalRandom.current().nextLong(1, 1 + options.balance()));
        if (amount == 0) {
            return;
        }
        TxnResponse answer = client.sync()
                .commit(Txn.when(unchanged(payer.getKvs(0)), unchanged(payee.getKvs(0)))
                        .then(
                                Op.put(from, Names.number(has - amount)),
                                Op.put(to, Names.number(balance(payee.getKvs(0)) + amount))));
        (answer.getSucceeded() ? transfers : conflicts).increment();
    }

    private static Compare unchanged(KeyValue seen) {
        return Compare.modRevision(seen.getKey()).equalTo(seen.getModRevision());
    }

    private static long balance(KeyValue account) {
        return Names.number(account.getValue());
    }

    /** At one member after the other. */
    private void auditAll(Auditor auditor, BooleanSupplier open) {
        RangeRequest all = auditor.how().toRequest(names.all());
        for (int turn = 0; open.getAsBoolean(); turn++) {
            Endpoint member = endpoints.get(turn % endpoints.size());
            try {
                RangeResponse seen = client.sync().range(member, all);
                if (seen.getHeader().getRevision() >= founded) {
                    audit(auditor, seen, member);
                }
            } catch (ClientException memberAway) {
                failed.increment();
            }
        }
    }

    private void audit(Auditor auditor, RangeResponse seen, Endpoint member) {
        Served served = Served.of(seen);
        auditor.staleness().add(served);
        long sum = sum(seen);
        if (sum != options.sum()) {
            auditor.wrong().increment();
            auditor.firstWrong().compareAndSet(null, sum + " at " + member + ", " + served);
        }
    }

    private static long sum(RangeResponse accounts) {
        return accounts.getKvsList().stream().mapToLong(Bank::balance).sum();
    }
}
