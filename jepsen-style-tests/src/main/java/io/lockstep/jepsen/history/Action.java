package io.lockstep.jepsen.history;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client asked for. Written values are unique in a run: checkers identify writes by them. */
public sealed interface Action {

    /** The key, or the prefix of a scan. */
    String key();

    /** All that it changes if it takes effect: one key for most. */
    default List<String> keys() {
        return List.of(key());
    }

    /** A word for tables and files. */
    String name();

    /** True if it can change the store when it takes effect. */
    default boolean mutates() {
        return false;
    }

    /** How old a state a read may show; a read of an old revision is answered by a member that knows the newest. */
    default Consistency consistency() {
        return Consistency.LINEARIZABLE;
    }

    /** A read of one key. */
    record Read(String key, Consistency consistency) implements Action {
        @Override
        public String name() {
            return switch (consistency) {
                case LINEARIZABLE -> "read";
                case STALE -> "stale-read";
                case BOUNDED -> "bounded-read";
                case BOUNDED_HERE -> "bounded-here-read";
                case SESSION -> "session-read";
            };
        }
    }

    /** A read of one key in the state of an older revision. */
    record ReadAt(String key, long atRevision) implements Action {
        @Override
        public String name() {
            return "read-at";
        }
    }

    /** A read of one key in a state that has a revision, or a later one. */
    record ReadSince(String key, long minRevision) implements Action {
        @Override
        public Consistency consistency() {
            return Consistency.STALE;
        }

        @Override
        public String name() {
            return "revision-read";
        }
    }

    /** A read of every key with a prefix. */
    record Scan(String key, Consistency consistency) implements Action {
        @Override
        public String name() {
            return consistency == Consistency.LINEARIZABLE ? "scan" : "stale-scan";
        }
    }

    /** A put. */
    record Write(String key, String value, Ack ack) implements Action {
        /** One that a quorum acknowledges. */
        public Write(String key, String value) {
            this(key, value, Ack.QUORUM);
        }

        @Override
        public String name() {
            return switch (ack) {
                case ACCEPTED -> "write-accepted";
                case QUORUM -> "write";
                case ALL -> "write-all";
            };
        }

        @Override
        public boolean mutates() {
            return true;
        }
    }

    /**
     * A transaction: put the value if the key holds the expected one, else read the key.
     *
     * @param expected null: the key must be absent
     */
    record CompareAndSet(String key, @Nullable String expected, String value) implements Action {
        @Override
        public String name() {
            return "cas";
        }

        @Override
        public boolean mutates() {
            return true;
        }
    }

    /** A transaction that puts the value under two keys, at one revision. */
    record WriteBoth(String key, String other, String value) implements Action {
        @Override
        public List<String> keys() {
            return List.of(key, other);
        }

        @Override
        public String name() {
            return "write-both";
        }

        @Override
        public boolean mutates() {
            return true;
        }
    }

    /** A delete of one key. */
    record Delete(String key) implements Action {
        @Override
        public String name() {
            return "delete";
        }

        @Override
        public boolean mutates() {
            return true;
        }
    }
}
