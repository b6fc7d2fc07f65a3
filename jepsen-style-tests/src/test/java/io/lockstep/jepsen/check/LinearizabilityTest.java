package io.lockstep.jepsen.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.jepsen.check.Register.State;
import io.lockstep.jepsen.check.Register.Use;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class LinearizabilityTest {
    private static final int HISTORIES = 10_000;
    private final Linearizability<State, Use> checker = new Linearizability<>(new Register(), Duration.ofSeconds(10));

    @Test
    void checker_randomSmallHistories_agreesWithBruteForce() {
        int legal = 0;
        for (long seed = 0; seed < HISTORIES; seed++) {
            List<Call<Use>> calls = randomCalls(new SplittableRandom(seed));
            boolean expected = anyOrder(calls, new boolean[calls.size()], new State(null));
            assertThat(checker.judge(calls).verdict())
                    .as("seed %d: %s", seed, calls)
                    .isEqualTo(expected ? Verdict.VALID : Verdict.INVALID);
            legal += expected ? 1 : 0;
        }
        // Both verdicts are met often, or the comparison would show little.
        assertThat(legal).isBetween(HISTORIES / 5, HISTORIES * 4 / 5);
    }

    private static List<Call<Use>> randomCalls(SplittableRandom random) {
        int count = 1 + random.nextInt(7);
        List<Call<Use>> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long invoked = random.nextInt(12);
            boolean open = random.nextInt(6) == 0;
            Use use = randomUse(random, open);
            boolean neverEnds = open && !(use instanceof Register.Seen);
            calls.add(new Call<>(use, invoked, neverEnds ? Call.OPEN : invoked + random.nextInt(6), "call " + i));
        }
        return calls;
    }

    private static Use randomUse(SplittableRandom random, boolean open) {
        return switch (random.nextInt(6)) {
            case 0, 1 -> new Register.Put(value(random));
            case 2 ->
                new Register.Swap(
                        random.nextInt(4) == 0 ? null : value(random),
                        value(random),
                        open ? null : random.nextInt(3) > 0);
            case 3 -> new Register.Cleared(open ? null : random.nextBoolean());
            default -> new Register.Seen(random.nextInt(4) == 0 ? null : value(random));
        };
    }

    private static String value(SplittableRandom random) {
        return String.valueOf(random.nextInt(2));
    }

    /** Tries every order: a call may come next if no other one that is left ended before it began. */
    private static boolean anyOrder(List<Call<Use>> calls, boolean[] used, State state) {
        boolean onlyOpenLeft = true;
        for (int i = 0; i < calls.size(); i++) {
            onlyOpenLeft &= used[i] || calls.get(i).open();
        }
        if (onlyOpenLeft) {
            return true;
        }
        for (int i = 0; i < calls.size(); i++) {
            State next = used[i] || !mayComeNext(calls, used, i)
                    ? null
                    : new Register().step(state, calls.get(i).what());
            if (next != null) {
                used[i] = true;
                boolean found = anyOrder(calls, used, next);
                used[i] = false;
                if (found) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean mayComeNext(List<Call<Use>> calls, boolean[] used, int candidate) {
        for (int i = 0; i < calls.size(); i++) {
            if (!used[i]
                    && i != candidate
                    && calls.get(i).returnedNanos() < calls.get(candidate).invokedNanos()) {
                return false;
            }
        }
        return true;
    }

    @Test
    void checker_staleRead_saysWhichCallHasNoPlace() {
        List<Call<Use>> calls = List.of(
                new Call<>(new Register.Put("1"), 0, 1, "write 1"),
                new Call<>(new Register.Put("2"), 2, 3, "write 2"),
                new Call<>(new Register.Seen("1"), 4, 5, "read 1"));
        Linearizability.Judgement judgement = checker.judge(calls);
        assertThat(judgement.verdict()).isEqualTo(Verdict.INVALID);
        assertThat(judgement.explanation()).contains("no place for read 1", "State[value=2]", "write 2");
    }

    @Test
    void checker_unknownWrite_mayTakeEffectLateOrNever() {
        Call<Use> open = new Call<>(new Register.Put("1"), 0, Call.OPEN, "write 1");
        Call<Use> empty = new Call<>(new Register.Seen(null), 5, 6, "read nothing");
        Call<Use> late = new Call<>(new Register.Seen("1"), 7, 8, "read 1");
        assertThat(checker.judge(List.of(open, empty)).verdict()).isEqualTo(Verdict.VALID);
        assertThat(checker.judge(List.of(open, empty, late)).verdict()).isEqualTo(Verdict.VALID);
        Call<Use> emptyAgain = new Call<>(new Register.Seen(null), 9, 10, "read nothing again");
        assertThat(checker.judge(List.of(open, empty, late, emptyAgain)).verdict())
                .isEqualTo(Verdict.INVALID);
    }

    @Test
    void checker_outOfMemoryBound_isUnknownNotValid() {
        List<Call<Use>> calls = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            calls.add(new Call<>(new Register.Put("v" + i), 0, 100, "write " + i));
        }
        calls.add(new Call<>(new Register.Seen("never"), 101, 102, "read"));
        Linearizability<State, Use> small = new Linearizability<>(new Register(), Duration.ofSeconds(10), 1_000);
        assertThat(small.judge(calls).verdict()).isEqualTo(Verdict.UNKNOWN);
        assertThat(checker.judge(calls).verdict()).isEqualTo(Verdict.INVALID);
    }
}
