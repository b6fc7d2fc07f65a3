package io.lockstep.jepsen.history;

/** How an operation ended. The difference between the last two decides whether a checker is sound. */
public enum Outcome {
    /** It happened, and the answer is known. */
    OK,
    /** It definitely did not happen. */
    FAIL,
    /** It may have happened, or may still happen: a deadline, a lost connection. */
    UNKNOWN
}
