package io.lockstep.node.rpc.auth;

import io.lockstep.node.auth.Asker;
import io.lockstep.node.auth.AuthEvent;
import io.lockstep.node.auth.Permissions;
import org.jspecify.annotations.Nullable;

/** The tokens that clients show instead of their passwords. Any thread. */
public sealed interface Tokens permits SimpleTokens, JwtTokens {
    /** Whose token this is; null: nobody's, or it has expired. */
    @Nullable
    Asker asker(String token, Permissions now);

    /** What the applied log says of log-ins. Apply thread. */
    void onEvent(AuthEvent event);
}
