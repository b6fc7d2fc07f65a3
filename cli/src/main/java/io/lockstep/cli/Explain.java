package io.lockstep.cli;

import io.grpc.Status;
import io.lockstep.client.ClientException;
import io.lockstep.client.UnknownOutcome;
import java.util.List;

/** A failed call in one line: what was wrong, whether something happened, what to do. */
final class Explain {
    private Explain() {}

    static String failure(ClientException failed) {
        if (failed instanceof UnknownOutcome) {
            return text(failed) + " (" + failed.endpoint()
                    + "); the write may or may not have happened, or may yet: read the key before you repeat it";
        }
        String advice = advice(failed);
        String what = text(failed) + away(failed.made());
        return advice.isEmpty() ? what : what + "; " + advice;
    }

    /** Who else was tried, where the error is the word of one that answered. */
    private static String away(ClientException.Attempts made) {
        List<String> away = made.unreachable();
        if (away.isEmpty() || away.contains(made.endpoint())) {
            return "";
        }
        return ": " + away.size() + " of " + made.endpoints() + " endpoints cannot be reached ("
                + String.join(", ", away) + ")";
    }

    private static boolean isWithoutQuorum(String text) {
        return text.equals("etcdserver: no leader") || text.startsWith("etcdserver: request timed out");
    }

    private static String text(ClientException failed) {
        String message = failed.getMessage();
        return message == null ? failed.code().toString() : message.replace('\n', ' ');
    }

    private static String advice(ClientException failed) {
        String text = text(failed);
        if (text.contains("Connection refused")) {
            return "nothing was sent: start a cluster with \"kv up\", or say where it is with --endpoints";
        }
        if (failed.code() == Status.Code.UNAVAILABLE && !text.startsWith("etcdserver: ")) {
            return "could not reach " + failed.endpoint()
                    + ": check --endpoints, and TLS (https:// and --cacert) if it has it";
        }
        if (isWithoutQuorum(text)) {
            return "nothing was changed: a majority of the members must run (see \"kv endpoint status\");"
                    + " \"kv get --consistency stale\" reads without one";
        }
        if (failed.code() == Status.Code.DEADLINE_EXCEEDED) {
            return failed.endpoint()
                    + " did not answer: see \"kv endpoint health\", or give more time with --command-timeout";
        }
        if (text.endsWith("required revision has been compacted")) {
            return "that revision is forgotten: ask for a newer one with --rev";
        }
        if (text.endsWith("required revision is a future revision")) {
            return "the store is not that far yet: ask for an older one with --rev";
        }
        return "";
    }
}
