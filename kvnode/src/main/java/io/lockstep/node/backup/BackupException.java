package io.lockstep.node.backup;

import java.io.IOException;

/** A file that is no whole backup; the message is one line for a person. */
public final class BackupException extends IOException {
    private static final long serialVersionUID = 1L;

    public BackupException(String message) {
        super(message);
    }
}
