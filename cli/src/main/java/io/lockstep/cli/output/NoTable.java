package io.lockstep.cli.output;

/** The table format was asked for an answer that has no columns. */
public final class NoTable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoTable() {
        super("-w table is only for \"endpoint\" and \"member list\": use simple, json or fields here");
    }
}
