package io.lockstep.bench.load;

/** A load could not be run; the message is one line for a person. */
public final class LoadFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LoadFailedException(String message) {
        super(message);
    }
}
