package io.lockstep.jepsen.check;

/** From best to worst: one invalid part makes the whole invalid, one unknown part hides a valid whole. */
public enum Verdict {
    VALID,
    UNKNOWN,
    INVALID;

    public Verdict and(Verdict other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
