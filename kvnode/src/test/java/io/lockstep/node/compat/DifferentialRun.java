package io.lockstep.node.compat;

import com.google.protobuf.Message;
import io.grpc.Status;
import io.lockstep.api.AlarmMember;
import io.lockstep.api.AlarmRequest;
import io.lockstep.api.AlarmResponse;
import io.lockstep.api.CompactionRequest;
import io.lockstep.api.LeaseLeasesRequest;
import io.lockstep.api.LeaseLeasesResponse;
import io.lockstep.api.LeaseRevokeRequest;
import io.lockstep.api.LeaseStatus;
import io.lockstep.api.RangeResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;

/**
 * Sends the same random steps to the oracle and to the subject and stops at the first answer that differs; then looks for the fewest steps
 * that still end in a difference. Each run begins by emptying and compacting both stores, so runs can follow each other on one server.
 */
final class DifferentialRun {
    private static final Duration SHRINK_BUDGET =
            Duration.ofSeconds(Integer.getInteger("differential.shrinkSeconds", 20));

    private final Target oracle;
    private final Target subject;
    private final AllowedDifferences allowed;
    private final LongFunction<StepGenerator> generators;
    private final Coverage coverage = new Coverage();

    DifferentialRun(Target oracle, Target subject, AllowedDifferences allowed) {
        this(oracle, subject, allowed, StepGenerator::ofKeys);
    }

    /** @param generators by seed */
    DifferentialRun(Target oracle, Target subject, AllowedDifferences allowed, LongFunction<StepGenerator> generators) {
        this.oracle = oracle;
        this.subject = subject;
        this.allowed = allowed;
        this.generators = generators;
    }

    /** One step and the two answers, with revisions counted from the base. */
    record Exchange(Message request, Answer expected, Answer actual) {}

    /**
     * The steps whose last one was answered differently.
     *
     * @param same how many steps, of all seeds, were answered the same before
     */
    record Mismatch(long seed, int step, int same, Exchange last, List<Message> shortest, Exchange shortestLast) {
        /** Seed, number, request and answers, and the shortest list of steps that was found to end in a difference. */
        String describe() {
            StringBuilder text = new StringBuilder("seed " + seed + ", step " + step
                    + " was answered differently, after " + same + " that were answered the same\n");
            describe(text, last);
            text.append(
                    "the fewest steps found that still end in a difference (revisions count from an empty store):\n");
            for (Message request : shortest) {
                text.append("  ").append(format(request)).append('\n');
            }
            describe(text, shortestLast);
            return text.toString();
        }

        private static void describe(StringBuilder text, Exchange exchange) {
            text.append("  request: ").append(format(exchange.request())).append('\n');
            text.append("  oracle:  ").append(exchange.expected()).append('\n');
            text.append("  subject: ").append(exchange.actual()).append('\n');
        }

        private static String format(Message request) {
            return new Answer.Given(Revisions.absolute(request, 0)).toString();
        }
    }

    /** Runs the steps of one seed; empty when every answer was the same. */
    Optional<Mismatch> run(long seed, int stepCount) {
        StepGenerator generator = generators.apply(seed);
        long oracleBase = empty(oracle);
        long subjectBase = empty(subject);
        List<Message> sent = new ArrayList<>();
        int compared = 0;
        for (int step = 0; compared < stepCount; step++) {
            Message request = generator.next();
            sent.add(request);
            Optional<Exchange> asked = exchange(request, oracleBase, subjectBase);
            if (asked.isEmpty()) {
                continue;
            }
            Exchange exchange = asked.get();
            if (differs(exchange)) {
                return Optional.of(shrink(seed, step, exchange, sent));
            }
            compared++;
            coverage.count(request, exchange.expected());
            generator.observe(request, exchange.expected());
        }
        return Optional.empty();
    }

    /** What the steps of all runs so far were and how the oracle answered them. */
    Coverage coverage() {
        return coverage;
    }

    /** Empty if the oracle was not asked: see {@link AllowedDifferences#refusesByDesign}. */
    private Optional<Exchange> exchange(Message request, long oracleBase, long subjectBase) {
        CompletableFuture<Answer> fromSubject = subject.ask(Revisions.absolute(request, subjectBase));
        // What the subject refuses by design the oracle must not do; anything else both do at once.
        if (AllowedDifferences.mayRefuseByDesign(request) && allowed.refusesByDesign(request, fromSubject.join())) {
            return Optional.empty();
        }
        Answer expected = Revisions.comparable(oracle.call(Revisions.absolute(request, oracleBase)), oracleBase);
        Answer actual = Revisions.comparable(fromSubject.join(), subjectBase);
        if (expected instanceof Answer.Refused refused && refused.code() == Status.Code.UNAVAILABLE) {
            throw new IllegalStateException("the oracle is gone (" + refused + ") after " + request);
        }
        return Optional.of(new Exchange(request, expected, actual));
    }

    private boolean differs(Exchange exchange) {
        return !exchange.expected().equals(exchange.actual()) && !allowed.explains(exchange);
    }

    /** Disarms, revokes, deletes and compacts everything; returns the revision that the store stands at. */
    private static long empty(Target target) {
        if (target.call(AlarmRequest.getDefaultInstance()) instanceof Answer.Given alarms) {
            for (AlarmMember alarm : ((AlarmResponse) alarms.message()).getAlarmsList()) {
                target.call(AlarmRequest.newBuilder()
                        .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                        .setMemberID(alarm.getMemberID())
                        .setAlarm(alarm.getAlarm())
                        .build());
            }
        }
        if (target.call(LeaseLeasesRequest.getDefaultInstance()) instanceof Answer.Given leases) {
            for (LeaseStatus lease : ((LeaseLeasesResponse) leases.message()).getLeasesList()) {
                target.call(LeaseRevokeRequest.newBuilder().setID(lease.getID()).build());
            }
        }
        target.call(Requests.deleteEverything());
        if (!(target.call(Requests.everything()) instanceof Answer.Given given)) {
            throw new IllegalStateException("a read of everything was refused: " + target.call(Requests.everything()));
        }
        long revision = ((RangeResponse) given.message()).getHeader().getRevision();
        // Refused where nothing was written since the last time, which is as good.
        target.call(CompactionRequest.newBuilder().setRevision(revision).build());
        return revision;
    }

    /** Leaves out ever smaller pieces of the steps as long as the rest still ends in a difference. */
    private Mismatch shrink(long seed, int step, Exchange last, List<Message> sent) {
        long deadlineNanos = System.nanoTime() + SHRINK_BUDGET.toNanos();
        List<Message> shortest = sent;
        Exchange shortestLast = last;
        int piece = Math.max(1, sent.size() / 2);
        while (System.nanoTime() < deadlineNanos) {
            boolean shorter = false;
            for (int from = 0; from < shortest.size() && System.nanoTime() < deadlineNanos; ) {
                List<Message> candidate = new ArrayList<>(shortest.subList(0, from));
                candidate.addAll(shortest.subList(Math.min(from + piece, shortest.size()), shortest.size()));
                Replay replay = replay(candidate);
                if (replay.difference().isPresent()) {
                    shortest = candidate.subList(0, replay.steps());
                    shortestLast = replay.difference().get();
                    shorter = true;
                } else {
                    from += piece;
                }
            }
            if (piece == 1 && !shorter) {
                break;
            }
            piece = Math.max(1, piece / 2);
        }
        return new Mismatch(seed, step, coverage.total(), last, shortest, shortestLast);
    }

    private record Replay(Optional<Exchange> difference, int steps) {}

    private Replay replay(List<Message> requests) {
        long oracleBase = empty(oracle);
        long subjectBase = empty(subject);
        int steps = 0;
        for (Message request : requests) {
            steps++;
            Optional<Exchange> exchange = exchange(request, oracleBase, subjectBase);
            if (exchange.isPresent() && differs(exchange.get())) {
                return new Replay(exchange, steps);
            }
        }
        return new Replay(Optional.empty(), steps);
    }
}
