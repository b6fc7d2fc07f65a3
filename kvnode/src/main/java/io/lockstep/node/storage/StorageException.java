package io.lockstep.node.storage;

/** The disk or the database below us failed; nothing above can repair that. */
public final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StorageException(String message, Throwable cause) {
        super(message, cause);
    }
}
