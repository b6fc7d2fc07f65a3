package io.lockstep.jepsen.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Searches an order of calls that respects real time and the model, after Wing, Gong and Lowe.
 *
 * <p>Calls and returns lie in one list by time. The search walks from its head: a call can be taken as the next of the
 * order if the model allows it, and is then lifted out of the list; when the walk meets the return of a call that was not
 * taken, that call came too late and the last decision is undone. A configuration (set of calls taken, state) that was
 * reached once is never entered again, which makes the search near linear for few concurrent calls. Calls with an
 * unknown outcome return at the end of time: once only their returns are left, every definite call has its place, and
 * what they did cannot matter any more.
 *
 * <p>The memory of configurations and the time are bounded; what exceeds the bound is UNKNOWN, never VALID.
 *
 * <p>Sources: Wing and Gong, "Testing and verifying concurrent objects"; Lowe, "Testing for linearizability".
 */
public final class Linearizability<S, C> {
    /** Configurations that are remembered; about 100 bytes each for the histories of one key. */
    public static final int DEFAULT_MAX_CONFIGURATIONS = 2_000_000;

    private final Model<S, C> model;
    private final Duration budget;
    private final int maxConfigurations;

    public Linearizability(Model<S, C> model, Duration budget) {
        this(model, budget, DEFAULT_MAX_CONFIGURATIONS);
    }

    public Linearizability(Model<S, C> model, Duration budget, int maxConfigurations) {
        this.model = model;
        this.budget = budget;
        this.maxConfigurations = maxConfigurations;
    }

    /** @param explanation where the search ended, for a person; empty if VALID */
    public record Judgement(Verdict verdict, String explanation) {}

    /** Judges the calls of one object, in any order. */
    public Judgement judge(List<Call<C>> calls) {
        return new Search(calls).run();
    }

    /** A place in the list: a call, or the return of one. */
    private static final class Entry {
        final int id;
        final boolean isReturn;
        final long atNanos;
        Entry match = this;

        @Nullable
        Entry previous;

        @Nullable
        Entry next;

        Entry(int id, boolean isReturn, long atNanos) {
            this.id = id;
            this.isReturn = isReturn;
            this.atNanos = atNanos;
        }
    }

    private record Decision<S>(Entry call, S before) {}

    private final class Search {
        private final List<Call<C>> calls;
        private final Entry head = new Entry(-1, false, Long.MIN_VALUE);
        private final long[] taken;
        private final Configurations<S> seen = new Configurations<>();
        private final List<Decision<S>> stack = new ArrayList<>();
        private S state = model.initial();
        private final Stuck<S> stuck = new Stuck<>();

        Search(List<Call<C>> calls) {
            this.calls = calls;
            this.taken = new long[(calls.size() + 63) / 64];
            link();
        }

        private void link() {
            List<Entry> entries = new ArrayList<>(2 * calls.size());
            for (int id = 0; id < calls.size(); id++) {
                Entry call = new Entry(id, false, calls.get(id).invokedNanos());
                Entry answer = new Entry(id, true, calls.get(id).returnedNanos());
                call.match = answer;
                answer.match = call;
                entries.add(call);
                entries.add(answer);
            }
            // At equal times calls come first: what might be concurrent is taken as concurrent.
            entries.sort((a, b) -> a.atNanos != b.atNanos
                    ? Long.compare(a.atNanos, b.atNanos)
                    : Boolean.compare(a.isReturn, b.isReturn));
            Entry last = head;
            for (Entry entry : entries) {
                last.next = entry;
                entry.previous = last;
                last = entry;
            }
        }

        Judgement run() {
            long deadlineNanos = System.nanoTime() + budget.toNanos();
            long steps = 0;
            Entry entry = head.next;
            while (entry != null) {
                if ((++steps & 0x3FF) == 0 && System.nanoTime() - deadlineNanos > 0) {
                    return undecided("after " + budget.toSeconds() + " s");
                }
                if (seen.size() > maxConfigurations) {
                    return undecided("after " + maxConfigurations + " configurations");
                }
                if (!entry.isReturn) {
                    entry = take(entry) ? head.next : entry.next;
                } else if (calls.get(entry.id).open()) {
                    break;
                } else {
                    stuck.note(entry.id, stack, state);
                    if (stack.isEmpty()) {
                        return new Judgement(Verdict.INVALID, explain());
                    }
                    entry = undo();
                }
            }
            return new Judgement(Verdict.VALID, "");
        }

        private boolean take(Entry call) {
            S after = model.step(state, calls.get(call.id).what());
            if (after == null) {
                return false;
            }
            taken[call.id >> 6] |= 1L << (call.id & 63);
            if (!seen.add(taken, after)) {
                taken[call.id >> 6] &= ~(1L << (call.id & 63));
                return false;
            }
            stack.add(new Decision<>(call, state));
            state = after;
            unlink(call);
            unlink(call.match);
            return true;
        }

        private @Nullable Entry undo() {
            Decision<S> last = stack.remove(stack.size() - 1);
            Entry call = last.call();
            state = last.before();
            taken[call.id >> 6] &= ~(1L << (call.id & 63));
            relink(call.match);
            relink(call);
            return call.next;
        }

        private void unlink(Entry entry) {
            Objects.requireNonNull(entry.previous).next = entry.next;
            if (entry.next != null) {
                entry.next.previous = entry.previous;
            }
        }

        private void relink(Entry entry) {
            Objects.requireNonNull(entry.previous).next = entry;
            if (entry.next != null) {
                entry.next.previous = entry;
            }
        }

        private Judgement undecided(String when) {
            return new Judgement(
                    Verdict.UNKNOWN, "given up " + when + ", with " + calls.size() + " calls; furthest: " + explain());
        }

        private String explain() {
            return stuck.explain(calls);
        }
    }

    /** The longest order that was found, and what stopped it. */
    private static final class Stuck<S> {
        private static final int SHOWN = 5;
        private int depth = -1;
        private int blockedId;
        private int[] order = {};
        private @Nullable S state;

        void note(int id, List<Decision<S>> stack, S reached) {
            if (stack.size() > depth) {
                depth = stack.size();
                blockedId = id;
                state = reached;
                order = stack.stream().mapToInt(decision -> decision.call().id).toArray();
            }
        }

        <C> String explain(List<Call<C>> calls) {
            if (depth < 0) {
                return "no order was cut short yet";
            }
            Call<C> blocked = calls.get(blockedId);
            StringBuilder text = new StringBuilder();
            text.append("no place for ").append(blocked.label());
            text.append("; the longest order takes ")
                    .append(depth)
                    .append(" of ")
                    .append(calls.size());
            text.append(" calls and leaves ").append(state).append("; it ends with:");
            for (int i = Math.max(0, order.length - SHOWN); i < order.length; i++) {
                text.append("\n      ").append(calls.get(order[i]).label());
            }
            boolean[] inOrder = new boolean[calls.size()];
            for (int id : order) {
                inOrder[id] = true;
            }
            text.append("\n    not placed and concurrent with it:");
            int shown = 0;
            for (int id = 0; id < calls.size() && shown < SHOWN; id++) {
                Call<C> other = calls.get(id);
                boolean concurrent = other.invokedNanos() <= blocked.returnedNanos()
                        && other.returnedNanos() >= blocked.invokedNanos();
                if (!inOrder[id] && id != blockedId && concurrent) {
                    text.append("\n      ").append(other.label());
                    shown++;
                }
            }
            return shown == 0 ? text.append(" nothing").toString() : text.toString();
        }
    }

    /** Where the search has been: exact, by content. */
    private static final class Configurations<S> {
        private final HashSet<Configuration<S>> set = new HashSet<>();

        boolean add(long[] taken, S state) {
            return set.add(new Configuration<>(taken.clone(), state));
        }

        int size() {
            return set.size();
        }
    }

    private static final class Configuration<S> {
        private final long[] taken;
        private final S state;
        private final int hash;

        Configuration(long[] taken, S state) {
            this.taken = taken;
            this.state = state;
            this.hash = 31 * Arrays.hashCode(taken) + state.hashCode();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Configuration<?> that
                    && hash == that.hash
                    && state.equals(that.state)
                    && Arrays.equals(taken, that.taken);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}
