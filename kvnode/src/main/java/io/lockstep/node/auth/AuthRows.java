package io.lockstep.node.auth;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.lockstep.api.auth.Role;
import io.lockstep.api.auth.User;
import io.lockstep.node.storage.ApplyBatch;
import io.lockstep.node.storage.Cursor;
import io.lockstep.node.storage.Family;
import io.lockstep.node.storage.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The rows of the family of auth: {@code user/<name>}, {@code role/<name>}, and one with what holds for all. */
final class AuthRows {
    /** etcd's of a new cluster. */
    static final long FIRST_REVISION = 1;

    private static final byte[] SETTINGS_ROW = "settings".getBytes(StandardCharsets.UTF_8);
    private static final ByteString USERS = ByteString.copyFromUtf8("user/");
    private static final ByteString USERS_END = ByteString.copyFromUtf8("user0");
    private static final ByteString ROLES = ByteString.copyFromUtf8("role/");
    private static final ByteString ROLES_END = ByteString.copyFromUtf8("role0");

    private AuthRows() {}

    static Permissions load(Reader reader) {
        byte[] settings = reader.get(Family.AUTH, SETTINGS_ROW);
        ByteBuffer in =
                settings == null ? ByteBuffer.allocate(9).putLong(1, FIRST_REVISION) : ByteBuffer.wrap(settings);
        boolean enabled = in.get() != 0;
        long revision = in.getLong();
        try {
            return new Permissions(enabled, revision, users(reader), roles(reader));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a stored user or role does not parse", e);
        }
    }

    private static NavigableMap<ByteString, User> users(Reader reader) throws InvalidProtocolBufferException {
        NavigableMap<ByteString, User> users = new TreeMap<>(Names.ORDER);
        try (Cursor rows = reader.cursor(Family.AUTH, USERS.toByteArray(), USERS_END.toByteArray())) {
            for (; rows.valid(); rows.next()) {
                User user = User.parseFrom(rows.value());
                users.put(user.getName(), user);
            }
        }
        return users;
    }

    private static NavigableMap<ByteString, Role> roles(Reader reader) throws InvalidProtocolBufferException {
        NavigableMap<ByteString, Role> roles = new TreeMap<>(Names.ORDER);
        try (Cursor rows = reader.cursor(Family.AUTH, ROLES.toByteArray(), ROLES_END.toByteArray())) {
            for (; rows.valid(); rows.next()) {
                Role role = Role.parseFrom(rows.value());
                roles.put(role.getName(), role);
            }
        }
        return roles;
    }

    static void putSettings(ApplyBatch batch, boolean enabled, long revision) {
        batch.put(
                Family.AUTH,
                SETTINGS_ROW,
                ByteBuffer.allocate(9)
                        .put((byte) (enabled ? 1 : 0))
                        .putLong(revision)
                        .array());
    }

    static void putUser(ApplyBatch batch, User user) {
        batch.put(Family.AUTH, USERS.concat(user.getName()).toByteArray(), user.toByteArray());
    }

    static void deleteUser(ApplyBatch batch, ByteString name) {
        batch.delete(Family.AUTH, USERS.concat(name).toByteArray());
    }

    static void putRole(ApplyBatch batch, Role role) {
        batch.put(Family.AUTH, ROLES.concat(role.getName()).toByteArray(), role.toByteArray());
    }

    static void deleteRole(ApplyBatch batch, ByteString name) {
        batch.delete(Family.AUTH, ROLES.concat(name).toByteArray());
    }
}
