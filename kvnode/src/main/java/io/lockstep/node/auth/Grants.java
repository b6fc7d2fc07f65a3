package io.lockstep.node.auth;

import io.lockstep.api.auth.Permission;
import java.util.List;

/**
 * What a user may do by all roles together.
 *
 * @param root everything
 */
record Grants(boolean root, KeyIntervals read, KeyIntervals write) {
    static Grants of(boolean root, List<Permission> permissions) {
        KeyIntervals.Builder read = new KeyIntervals.Builder();
        KeyIntervals.Builder write = new KeyIntervals.Builder();
        for (Permission permission : permissions) {
            switch (permission.getPermType()) {
                case READ -> read.add(permission.getKey(), permission.getRangeEnd());
                case WRITE -> write.add(permission.getKey(), permission.getRangeEnd());
                case READWRITE -> {
                    read.add(permission.getKey(), permission.getRangeEnd());
                    write.add(permission.getKey(), permission.getRangeEnd());
                }
                // Of a type that nobody knows: stored, as etcd stores it, and worth nothing.
                case UNRECOGNIZED -> {}
            }
        }
        return new Grants(root, read.build(), write.build());
    }
}
