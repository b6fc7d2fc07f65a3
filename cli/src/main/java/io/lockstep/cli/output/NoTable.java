package io.lockstep.cli.output;

/** A format was asked for an answer that does not come in it: a table where there are no columns, for one. */
public final class NoTable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoTable() {
        super("-w table is only for \"endpoint\" and \"member list\": use simple, json or fields here");
    }

    NoTable(String message) {
        super(message);
    }
}
