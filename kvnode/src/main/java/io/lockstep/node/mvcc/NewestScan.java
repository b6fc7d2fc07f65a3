package io.lockstep.node.mvcc;

import io.lockstep.node.storage.Cursor;
import io.lockstep.node.storage.Family;
import io.lockstep.node.storage.Reader;

/** The newest revision: what the family of current versions holds, as it stands. */
final class NewestScan implements KeyValueScan {
    private final Cursor current;
    private boolean started;

    NewestScan(Reader reader, KeyRange range) {
        this.current = reader.cursor(Family.CURRENT, range.start(), range.end());
    }

    @Override
    public boolean advance() {
        if (started) {
            current.next();
        }
        started = true;
        return current.valid();
    }

    @Override
    public byte[] encoded() {
        return current.value();
    }

    @Override
    public void close() {
        current.close();
    }
}
