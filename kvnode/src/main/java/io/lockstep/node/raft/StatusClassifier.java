package io.lockstep.node.raft;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.error.RaftError;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;

/**
 * Tells JRaft's statuses of a proposal apart: did it definitely not enter the log, or does nobody know?
 *
 * <p>The code alone does not say. EPERM is used for "Is not leader." (refused before the log) and for "Leader stepped
 * down" (the entry is in the log and the next leader may commit it). So a definite failure is only what is listed here,
 * by code and text, all of it from the places in JRaft's NodeImpl that refuse before appending. Whatever is not listed
 * is unknown.
 */
final class StatusClassifier {
    private StatusClassifier() {}

    static KvException classify(Status status) {
        String text = status.getErrorMsg() == null ? "" : status.getErrorMsg();
        return switch (status.getRaftError()) {
            case EPERM ->
                text.equals("Is not leader.") || text.startsWith("expected_term=")
                        ? new KvException.Failed(KvError.LEADER_CHANGED)
                        : new KvException.Unknown(KvError.LEADER_CHANGED);
            case EBUSY ->
                text.startsWith("Is transferring leadership")
                        ? new KvException.Failed(KvError.LEADER_CHANGED)
                        : new KvException.Failed(KvError.TOO_MANY_REQUESTS);
            case ENODESHUTDOWN -> new KvException.Failed(KvError.STOPPED);
            case EINTERNAL ->
                text.equals("Fail to append task.")
                        ? new KvException.Failed(KvError.LEADER_CHANGED)
                        : new KvException.Unknown(KvError.TIMEOUT);
            case ESTATEMACHINE, EIO, ESHUTDOWN, EHOSTDOWN, EBADNODE -> new KvException.Unknown(KvError.STOPPED);
            default -> new KvException.Unknown(KvError.TIMEOUT);
        };
    }

    /** For a status that never came with an entry: ReadIndex rounds change nothing, so they only ever fail. */
    static KvException.Failed classifyRead(Status status) {
        RaftError error = status.getRaftError();
        return new KvException.Failed(
                switch (error) {
                    case EBUSY -> KvError.TOO_MANY_REQUESTS;
                    case EPERM, EAGAIN -> KvError.LEADER_CHANGED;
                    case EHOSTDOWN, ENODESHUTDOWN, ESTOP, ESHUTDOWN -> KvError.STOPPED;
                    default -> KvError.TIMEOUT;
                });
    }
}
