package io.lockstep.node.auth;

import com.google.protobuf.ByteString;
import java.util.Comparator;

/** Names of users and roles, ordered by their bytes as etcd lists them. */
final class Names {
    static final Comparator<ByteString> ORDER = ByteString.unsignedLexicographicalComparator();

    /** The user that must be there, and the role that may do everything and need not be. */
    static final ByteString ROOT = ByteString.copyFromUtf8("root");

    private Names() {}

    static ByteString of(String name) {
        return ByteString.copyFromUtf8(name);
    }
}
