package io.lockstep.examples;

import com.google.protobuf.ByteString;
import java.util.concurrent.ThreadLocalRandom;

/** The keys of one run, which no other run shares. */
record Names(String prefix) {
    static Names fresh(String example) {
        return new Names("example/" + example + "/"
                + Long.toHexString(ThreadLocalRandom.current().nextLong()) + "/");
    }

    ByteString all() {
        return ByteString.copyFromUtf8(prefix);
    }

    ByteString key(String name) {
        return ByteString.copyFromUtf8(prefix + name);
    }

    static ByteString number(long value) {
        return ByteString.copyFromUtf8(Long.toString(value));
    }

    static long number(ByteString value) {
        return Long.parseLong(value.toStringUtf8());
    }
}
