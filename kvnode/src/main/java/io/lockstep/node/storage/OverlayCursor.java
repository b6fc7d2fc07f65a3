package io.lockstep.node.storage;

import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/** A walk over changed rows and the rows below them, as one; a changed row hides the one below. */
final class OverlayCursor implements Cursor {
    private final NavigableMap<byte[], byte[]> changed;
    private final byte @Nullable [] upperBound;
    private final Cursor below;
    private Iterator<Map.Entry<byte[], byte[]>> rest;
    private Map.@Nullable Entry<byte[], byte[]> next;
    private byte @Nullable [] key;
    private byte @Nullable [] value;

    OverlayCursor(NavigableMap<byte[], byte[]> changed, byte @Nullable [] upperBound, Cursor below) {
        this.changed = changed;
        this.upperBound = upperBound;
        this.below = below;
        this.rest = changed.entrySet().iterator();
        this.next = rest.hasNext() ? rest.next() : null;
        settle();
    }

    /** Takes the smaller head of both sides, over deletions. */
    private void settle() {
        while (true) {
            Map.Entry<byte[], byte[]> top = next;
            byte[] belowKey = below.valid() ? below.key() : null;
            if (top == null) {
                key = belowKey;
                value = belowKey == null ? null : below.value();
                if (belowKey != null) {
                    below.next();
                }
                return;
            }
            int order = belowKey == null ? -1 : Arrays.compareUnsigned(top.getKey(), belowKey);
            if (order > 0) {
                key = belowKey;
                value = below.value();
                below.next();
                return;
            }
            if (order == 0) {
                below.next();
            }
            next = rest.hasNext() ? rest.next() : null;
            if (top.getValue() != ApplyBatch.DELETED) {
                key = top.getKey();
                value = top.getValue();
                return;
            }
        }
    }

    @Override
    public boolean valid() {
        return key != null;
    }

    @Override
    public byte[] key() {
        return present(key);
    }

    @Override
    public byte[] value() {
        return present(value);
    }

    private static byte[] present(byte @Nullable [] bytes) {
        if (bytes == null) {
            throw new IllegalStateException("the cursor is past its last row");
        }
        return bytes;
    }

    @Override
    public void next() {
        settle();
    }

    @Override
    public void seek(byte[] to) {
        below.seek(to);
        boolean beyond = upperBound != null && Arrays.compareUnsigned(to, upperBound) >= 0;
        rest = beyond
                ? Collections.emptyIterator()
                : changed.tailMap(to, true).entrySet().iterator();
        next = rest.hasNext() ? rest.next() : null;
        settle();
    }

    @Override
    public void close() {
        below.close();
    }
}
