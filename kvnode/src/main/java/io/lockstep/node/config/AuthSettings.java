package io.lockstep.node.config;

import java.time.Duration;

/**
 * How clients prove who they are, once auth is on.
 *
 * @param tokenIdle a simple token that is not used for so long ends
 * @param bcryptCost each step doubles the work of hashing a password
 * @param clientCertAuth whether the common name of a client's certificate is its user
 */
public record AuthSettings(TokenSettings tokens, Duration tokenIdle, int bcryptCost, boolean clientCertAuth) {
    public static final AuthSettings DEFAULT =
            new AuthSettings(TokenSettings.SIMPLE, Duration.ofSeconds(300), 10, false);

    public AuthSettings {
        if (bcryptCost < 4 || bcryptCost > 31) {
            throw ConfigException.of("bcrypt-cost", bcryptCost, "is out of range: 4 to 31");
        }
        if (tokenIdle.isZero() || tokenIdle.isNegative()) {
            throw ConfigException.of("auth-token-ttl", tokenIdle.toSeconds(), "must be at least 1 second");
        }
    }
}
