package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.api.Compare.CompareResult;
import io.lockstep.api.Compare.CompareTarget;

/**
 * A condition of a transaction: {@code Compare.value(key).equalTo(v)}, {@code Compare.version(key).greaterThan(0)}.
 * A missing key has versions and revisions of 0, and every comparison of its value is false.
 */
public final class Compare {
    private final io.lockstep.api.Compare message;

    private Compare(io.lockstep.api.Compare message) {
        this.message = message;
    }

    /** The key's value; not of a missing key. */
    public static OfValue value(ByteString key) {
        return new OfValue(key);
    }

    /** How often the key was written since it was created; 0: it is not there. */
    public static OfNumber version(ByteString key) {
        return new OfNumber(key, CompareTarget.VERSION);
    }

    /** The revision that created the key; 0: it is not there. */
    public static OfNumber createRevision(ByteString key) {
        return new OfNumber(key, CompareTarget.CREATE);
    }

    /** The revision that last changed the key; 0: it is not there. */
    public static OfNumber modRevision(ByteString key) {
        return new OfNumber(key, CompareTarget.MOD);
    }

    /** The lease that the key is bound to; 0: none. */
    public static OfNumber lease(ByteString key) {
        return new OfNumber(key, CompareTarget.LEASE);
    }

    /** The key is not there. */
    public static Compare missing(ByteString key) {
        return createRevision(key).equalTo(0);
    }

    /** The key is there. */
    public static Compare exists(ByteString key) {
        return createRevision(key).greaterThan(0);
    }

    /** The same condition for every key that begins with the given one; with none of them, for a missing key. */
    public Compare forPrefix() {
        KeyRange range = KeyRange.prefix(message.getKey());
        return new Compare(
                message.toBuilder().setKey(range.key()).setRangeEnd(range.end()).build());
    }

    /** The same condition for every key from the given one up to, and without, {@code end}. */
    public Compare forRange(ByteString end) {
        return new Compare(message.toBuilder().setRangeEnd(end).build());
    }

    io.lockstep.api.Compare toMessage() {
        return message;
    }

    /** The value is on the left side; what it is compared with comes next. Unsigned byte order. */
    public static final class OfValue {
        private final ByteString key;

        private OfValue(ByteString key) {
            this.key = key;
        }

        /** Byte by byte the same. */
        public Compare equalTo(ByteString value) {
            return is(CompareResult.EQUAL, value);
        }

        /** Not the same; false for a missing key. */
        public Compare notEqualTo(ByteString value) {
            return is(CompareResult.NOT_EQUAL, value);
        }

        /** Before the given one. */
        public Compare lessThan(ByteString value) {
            return is(CompareResult.LESS, value);
        }

        /** After the given one. */
        public Compare greaterThan(ByteString value) {
            return is(CompareResult.GREATER, value);
        }

        private Compare is(CompareResult result, ByteString value) {
            return new Compare(io.lockstep.api.Compare.newBuilder()
                    .setTarget(CompareTarget.VALUE)
                    .setKey(key)
                    .setResult(result)
                    .setValue(value)
                    .build());
        }
    }

    /** A version, revision or lease is on the left side; what it is compared with comes next. */
    public static final class OfNumber {
        private final ByteString key;
        private final CompareTarget target;

        private OfNumber(ByteString key, CompareTarget target) {
            this.key = key;
            this.target = target;
        }

        /** The same number. */
        public Compare equalTo(long number) {
            return is(CompareResult.EQUAL, number);
        }

        /** Another number. */
        public Compare notEqualTo(long number) {
            return is(CompareResult.NOT_EQUAL, number);
        }

        /** A smaller number than the given one. */
        public Compare lessThan(long number) {
            return is(CompareResult.LESS, number);
        }

        /** A larger number than the given one. */
        public Compare greaterThan(long number) {
            return is(CompareResult.GREATER, number);
        }

        private Compare is(CompareResult result, long number) {
            io.lockstep.api.Compare.Builder compare = io.lockstep.api.Compare.newBuilder()
                    .setTarget(target)
                    .setKey(key)
                    .setResult(result);
            switch (target) {
                case VERSION -> compare.setVersion(number);
                case CREATE -> compare.setCreateRevision(number);
                case MOD -> compare.setModRevision(number);
                case LEASE -> compare.setLease(number);
                case VALUE, UNRECOGNIZED -> throw new AssertionError(target);
            }
            return new Compare(compare.build());
        }
    }
}
