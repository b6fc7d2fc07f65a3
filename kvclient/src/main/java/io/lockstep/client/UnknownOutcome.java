package io.lockstep.client;

/**
 * The write was handed to a connection and no final answer came: it may have happened, may not, or may yet happen. The
 * client never repeats it; read the key (its mod revision tells), or make the write conditional, before you do.
 */
public final class UnknownOutcome extends ClientException {
    private static final long serialVersionUID = 1L;

    UnknownOutcome(Failure failure, Attempts made) {
        super(failure, made);
    }
}
