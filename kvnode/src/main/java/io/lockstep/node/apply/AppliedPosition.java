package io.lockstep.node.apply;

/**
 * How far a state has come in the log.
 *
 * @param index the last entry that is in the state as a whole
 * @param term of that entry
 * @param partialIndex a later entry of which the first commands are in the state, if partialCommands is not 0: entries
 *     whose changes outgrow a batch are written in pieces
 */
record AppliedPosition(long index, long term, long partialIndex, int partialCommands) {
    static final AppliedPosition NOTHING = new AppliedPosition(0, 0, 0, 0);

    static AppliedPosition after(long index, long term) {
        return new AppliedPosition(index, term, 0, 0);
    }

    AppliedPosition within(long entryIndex, int commands) {
        return new AppliedPosition(index, term, entryIndex, commands);
    }

    /** Commands of this entry that are in the state already. */
    int commandsOf(long entryIndex) {
        return entryIndex == partialIndex ? partialCommands : 0;
    }
}
