package io.lockstep.jepsen.participant;

import io.lockstep.jepsen.check.EventLog;

/**
 * What a watch asks for.
 *
 * @param key a key, or the prefix of all that are watched
 * @param before with the version that each event replaced
 */
record WatchSpec(String key, boolean prefix, boolean puts, boolean deletes, boolean before) {
    static WatchSpec allBelow(String prefix) {
        return new WatchSpec(prefix, true, true, true, true);
    }

    boolean wants(EventLog.Change change) {
        boolean inRange = prefix ? change.key().startsWith(key) : change.key().equals(key);
        return inRange && (change.after() == null ? deletes : puts);
    }

    @Override
    public String toString() {
        return key
                + (prefix ? "*" : "")
                + (puts ? "" : ", no puts")
                + (deletes ? "" : ", no deletes")
                + (before ? ", with what was before" : "");
    }
}
