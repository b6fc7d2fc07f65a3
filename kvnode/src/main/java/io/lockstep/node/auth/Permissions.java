package io.lockstep.node.auth;

import com.google.protobuf.ByteString;
import io.lockstep.api.auth.Permission;
import io.lockstep.api.auth.Role;
import io.lockstep.api.auth.User;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** Users and roles at one applied index, and whether anyone asks for them. Immutable; any thread. */
public final class Permissions {
    /** Of a new cluster. */
    public static final Permissions NONE =
            new Permissions(false, AuthRows.FIRST_REVISION, new TreeMap<>(Names.ORDER), new TreeMap<>(Names.ORDER));

    private final boolean enabled;
    private final long revision;
    private final NavigableMap<ByteString, User> users;
    private final NavigableMap<ByteString, Role> roles;
    /** What follows from users and roles, worked out by whichever thread asks first. */
    private final ConcurrentSkipListMap<ByteString, Grants> grants = new ConcurrentSkipListMap<>(Names.ORDER);

    Permissions(
            boolean enabled,
            long revision,
            NavigableMap<ByteString, User> users,
            NavigableMap<ByteString, Role> roles) {
        this.enabled = enabled;
        this.revision = revision;
        this.users = Collections.unmodifiableNavigableMap(users);
        this.roles = Collections.unmodifiableNavigableMap(roles);
    }

    public boolean enabled() {
        return enabled;
    }

    /** Grows with each change of users, roles or permissions. */
    public long revision() {
        return revision;
    }

    /** With the hash of the password: not for answers or logs. */
    public @Nullable User user(String name) {
        return users.get(Names.of(name));
    }

    @Nullable
    User user(ByteString name) {
        return users.get(name);
    }

    public @Nullable Role role(String name) {
        return roles.get(Names.of(name));
    }

    NavigableMap<ByteString, User> users() {
        return users;
    }

    /** In the order of their bytes. */
    public List<String> userNames() {
        return users.keySet().stream().map(ByteString::toStringUtf8).toList();
    }

    /** In the order of their bytes. */
    public List<String> roleNames() {
        return roles.keySet().stream().map(ByteString::toStringUtf8).toList();
    }

    /** @throws KvException.Rejected USER_EMPTY or PERMISSION_DENIED, unless the asker is some user that exists */
    public void requireUser(Asker asker) {
        if (enabled) {
            grants(asker);
        }
    }

    /** @throws KvException.Rejected USER_EMPTY or PERMISSION_DENIED, unless the asker may do everything */
    public void requireRoot(Asker asker) {
        if (enabled && !grants(asker).root()) {
            throw new KvException.Rejected(KvError.PERMISSION_DENIED);
        }
    }

    /** @throws KvException.Rejected unless the asker is this user, or may do everything */
    public void requireSelfOrRoot(Asker asker, String user) {
        if (enabled && (asker.user().isEmpty() || !asker.user().equals(user))) {
            requireRoot(asker);
        }
    }

    /** @throws KvException.Rejected unless the asker has this role, or may do everything */
    public void requireRoleOrRoot(Asker asker, String role) {
        User user = user(asker.user());
        if (enabled && (user == null || !user.getRolesList().contains(role))) {
            requireRoot(asker);
        }
    }

    /** What the asker may do, once auth is on. */
    Grants grants(Asker asker) {
        if (asker.user().isEmpty()) {
            throw new KvException.Rejected(KvError.USER_EMPTY);
        }
        User user = user(asker.user());
        if (user == null) {
            throw new KvException.Rejected(KvError.PERMISSION_DENIED);
        }
        return grants.computeIfAbsent(user.getName(), name -> grantsOf(user));
    }

    private Grants grantsOf(User user) {
        List<Permission> all = new ArrayList<>();
        boolean root = false;
        for (ByteString name : user.getRolesList().asByteStringList()) {
            root |= name.equals(Names.ROOT);
            Role role = roles.get(name);
            if (role != null) {
                all.addAll(role.getKeyPermissionList());
            }
        }
        return Grants.of(root, all);
    }
}
