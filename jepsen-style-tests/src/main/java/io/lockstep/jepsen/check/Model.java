package io.lockstep.jepsen.check;

import org.jspecify.annotations.Nullable;

/**
 * A sequential data type.
 *
 * @param <S> its states, with equals and hashCode, immutable
 * @param <C> its calls together with what was observed of their result
 */
public interface Model<S, C> {

    S initial();

    /** The state after the call, or null if the call cannot have had its result in this state. */
    @Nullable
    S step(S state, C call);
}
