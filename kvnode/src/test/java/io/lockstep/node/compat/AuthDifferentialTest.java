package io.lockstep.node.compat;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.grpc.Status;
import io.lockstep.api.AuthenticateRequest;
import io.lockstep.api.AuthenticateResponse;
import io.lockstep.api.RangeResponse;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Random calls of random users, with auth on and off, get the same answers as from a real etcd 3.5.30. */
class AuthDifferentialTest {
    private static final int FIRST_SEED = Integer.getInteger("differential.firstSeed", 1);
    private static final int SEEDS = Integer.getInteger("differential.authSeeds", 12);
    private static final int STEPS_PER_SEED = 400;
    /** Before that, etcd 3.5 let others than root compact and grant leases, and looked into nested transactions less. */
    private static final String SAFE_LEVEL = "3.5.30";

    private static final int SHOWN_STEPS = 12;

    private final Map<String, Integer> outcomes = new TreeMap<>();

    @Test
    void randomCalls_ofRandomUsers_areAnsweredTheSame() {
        String newest = System.getenv("NEWEST_ETCD_BIN");
        Path etcd = newest == null || newest.isBlank() ? Servers.etcdOrSkip() : Path.of(newest);
        if (!EtcdServer.version(etcd).equals(SAFE_LEVEL)) {
            Servers.skip("SKIPPED: " + etcd + " is not etcd " + SAFE_LEVEL
                    + ", and etcd's auth was another before: set NEWEST_ETCD_BIN to one");
        }
        try (ServerProcess subject = Servers.startSubject("--bcrypt-cost", "4");
                ServerProcess oracle = EtcdServer.start(etcd, "--bcrypt-cost", "4");
                AuthCalls oracleCalls = new AuthCalls(oracle.endpoint());
                AuthCalls subjectCalls = new AuthCalls(subject.endpoint())) {
            int steps = 0;
            Deque<String> last = new ArrayDeque<>();
            for (int seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
                AuthSteps generator = new AuthSteps(seed);
                for (int step = 0; step < STEPS_PER_SEED; step++, steps++) {
                    Optional<String> difference =
                            compare(generator, generator.next(), oracleCalls, subjectCalls, last, false);
                    if (difference.isPresent()) {
                        throw new AssertionError("seed " + seed + ", step " + step + "\n" + difference.get()
                                + "\nafter:\n  " + String.join("\n  ", last));
                    }
                }
            }
            System.out.printf("%s against %s: %d steps: %s%n", subject.label(), oracle.label(), steps, outcomes);
            assertThat(steps).isEqualTo(SEEDS * STEPS_PER_SEED);
        }
    }

    private <Q extends Message, R extends Message> Optional<String> compare(
            AuthSteps generator,
            AuthSteps.Step<Q, R> step,
            AuthCalls oracle,
            AuthCalls subject,
            Deque<String> last,
            boolean again) {
        Answer expected = oracle.call(step.user(), step.method(), step.request());
        Answer actual = subject.call(step.user(), step.method(), step.request());
        if (step.request() instanceof AuthenticateRequest logIn) {
            expected = tokenKept(expected, logIn.getName(), oracle);
            actual = tokenKept(actual, logIn.getName(), subject);
        }
        if (expected instanceof Answer.Refused refused && refused.code() == Status.Code.UNAUTHENTICATED) {
            generator.refused(step.user());
        }
        outcomes.merge(expected instanceof Answer.Refused refused ? refused.text() : "answered", 1, Integer::sum);
        String line = step + " -> " + expected;
        boolean same = Revisions.comparable(expected, 0).equals(Revisions.comparable(actual, 0))
                || isUserWithoutPassword(expected, actual)
                || (AuthSteps.readsNothing(step.request()) && isNothing(expected) && isNothing(actual));
        if (!same && step.request() instanceof AuthenticateRequest && !again) {
            // Seen once in some 60,000 steps, and not again with the same seed; told, since nobody knows why yet.
            System.out.println("a log-in was answered differently, and is sent again: " + step + ", oracle " + expected
                    + ", subject " + actual);
            return compare(generator, step, oracle, subject, last, true);
        }
        if (!same) {
            return Optional.of(step + "\n  oracle:  " + expected + "\n  subject: " + actual);
        }
        last.addLast(line);
        if (last.size() > SHOWN_STEPS) {
            last.removeFirst();
        }
        return Optional.empty();
    }

    /** Tokens are random: each server's is kept for its own later calls. */
    private static Answer tokenKept(Answer answer, String user, AuthCalls calls) {
        if (answer instanceof Answer.Given given && given.message() instanceof AuthenticateResponse response) {
            calls.keepToken(user, response.getToken());
            return new Answer.Given(response.toBuilder().clearToken().build());
        }
        return answer;
    }

    /** Of a range that ends before it begins: the shape of a tree decides in etcd who may ask for it. */
    private static boolean isNothing(Answer answer) {
        return answer.equals(new Answer.Refused(Status.Code.PERMISSION_DENIED, "etcdserver: permission denied"))
                || (answer instanceof Answer.Given given
                        && given.message() instanceof RangeResponse range
                        && range.getKvsCount() == 0
                        && range.getCount() == 0);
    }

    /** Where no password is right, etcd says why, as code Unknown; Lockstep tells nobody which users there are. */
    private static boolean isUserWithoutPassword(Answer expected, Answer actual) {
        return expected.equals(new Answer.Refused(
                        Status.Code.UNKNOWN, "auth: authentication failed, password was given for no password user"))
                && actual.equals(new Answer.Refused(
                        Status.Code.INVALID_ARGUMENT,
                        "etcdserver: authentication failed, invalid user ID or password"));
    }
}
