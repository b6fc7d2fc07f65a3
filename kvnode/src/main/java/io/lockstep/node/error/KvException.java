package io.lockstep.node.error;

/**
 * A call that did not succeed, by what the caller may conclude from it. Three kinds, never mixed: a {@link Rejected}
 * write was refused by every member alike; a {@link Failed} one did not happen and may be tried again; of an {@link
 * Unknown} one nobody can say, and nothing inside ever tries it again.
 */
public abstract sealed class KvException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final KvError error;

    private KvException(KvError error, String text) {
        super(text, null, false, false);
        this.error = error;
    }

    public KvError error() {
        return error;
    }

    /** Refused for good: the same request would be refused again in the same state. */
    public static final class Rejected extends KvException {
        private static final long serialVersionUID = 1L;

        public Rejected(KvError error) {
            super(error, error.text());
        }

        /** With more than the error's own text: what exactly was wrong. */
        public Rejected(KvError error, String detail) {
            super(error, error.text() + ": " + detail);
        }
    }

    /** Definitely did not happen: a retry is safe. */
    public static final class Failed extends KvException {
        private static final long serialVersionUID = 1L;

        public Failed(KvError error) {
            super(error, error.text());
        }

        /** With more than the error's own text: what exactly was wrong. */
        public Failed(KvError error, String detail) {
            super(error, error.text() + ": " + detail);
        }
    }

    /** May or may not have happened, or may yet happen. */
    public static final class Unknown extends KvException {
        private static final long serialVersionUID = 1L;

        public Unknown(KvError error) {
            super(error, error.text());
        }
    }
}
