package io.lockstep.lab;

import java.util.Arrays;
import java.util.List;

/** A point of the dial, as the lab tries it. */
enum Setting {
    STALE("stale", "stale", true, "what the member has"),
    BOUNDED("bounded", "bounded: 500 ms", true, "at most 500 ms behind"),
    SESSION("session", "session", true, "at least what a write at the next member gave"),
    LINEARIZABLE("linearizable", "linearizable", true, "everything acknowledged before"),
    ACCEPTED("accepted", "accepted", false, "the leader has taken it"),
    QUORUM("quorum", "quorum", false, "committed, applied where it came in"),
    ALL("all", "all", false, "applied by every member");

    static final long BOUND_MILLIS = 500;

    private final String id;
    private final String label;
    private final boolean read;
    private final String meaning;

    Setting(String id, String label, boolean read, String meaning) {
        this.id = id;
        this.label = label;
        this.read = read;
        this.meaning = meaning;
    }

    static List<Setting> reads() {
        return Arrays.stream(values()).filter(Setting::isRead).toList();
    }

    static List<Setting> writes() {
        return Arrays.stream(values()).filter(setting -> !setting.isRead()).toList();
    }

    /** A word for keys and for the page's data attributes. */
    String id() {
        return id;
    }

    String label() {
        return label;
    }

    boolean isRead() {
        return read;
    }

    /** What an answer promises. */
    String meaning() {
        return meaning;
    }
}
