package io.lockstep.jepsen.check;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A register that can be empty, with reads, writes, deletes and compare-and-set. */
public final class Register implements Model<Register.State, Register.Use> {

    /** @param value null: empty */
    public record State(@Nullable String value) {}

    /** What was done to the register, with what was seen. */
    public sealed interface Use {}

    /** @param value null: it was seen empty */
    public record Seen(@Nullable String value) implements Use {}

    /** A write that changes the register whatever it holds. */
    public record Put(String value) implements Use {}

    /** @param existed null: not known */
    public record Cleared(@Nullable Boolean existed) implements Use {}

    /** @param swapped null: not known */
    public record Swap(
            @Nullable String expected,
            String value,
            @Nullable Boolean swapped) implements Use {}

    private final State initial;

    public Register() {
        this(null);
    }

    public Register(@Nullable String initial) {
        this.initial = new State(initial);
    }

    @Override
    public State initial() {
        return initial;
    }

    @Override
    public @Nullable State step(State state, Use use) {
        if (use instanceof Seen seen) {
            return Objects.equals(seen.value(), state.value()) ? state : null;
        }
        if (use instanceof Put put) {
            return new State(put.value());
        }
        if (use instanceof Cleared cleared) {
            boolean existed = state.value() != null;
            return cleared.existed() == null || cleared.existed() == existed ? new State(null) : null;
        }
        Swap swap = (Swap) use;
        boolean equal = Objects.equals(swap.expected(), state.value());
        if (swap.swapped() != null && swap.swapped() != equal) {
            return null;
        }
        return equal ? new State(swap.value()) : state;
    }
}
