package io.lockstep.client;

/** Nothing happened, and nothing will: the same call may be made again without a risk. */
public final class DefiniteFailure extends ClientException {
    private static final long serialVersionUID = 1L;

    DefiniteFailure(Failure failure, Attempts made) {
        super(failure, made);
    }
}
