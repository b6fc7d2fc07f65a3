package io.lockstep.node.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What clients get for their password.
 *
 * @param signMethod of JWT; empty: simple tokens
 */
public record TokenSettings(
        Optional<String> signMethod, Optional<Path> publicKey, Optional<Path> privateKey, Duration ttl) {
    /** etcd's, too. */
    private static final Duration DEFAULT_TTL = Duration.ofMinutes(5);

    public static final TokenSettings SIMPLE =
            new TokenSettings(Optional.empty(), Optional.empty(), Optional.empty(), DEFAULT_TTL);

    private static final String SETTING = "auth-token";
    private static final Pattern TTL = Pattern.compile("(?:(\\d{1,6})h)?(?:(\\d{1,6})m)?(?:(\\d{1,9})s)?");

    /**
     * As etcd writes it: {@code simple}, or {@code jwt,sign-method=RS256,pub-key=FILE,priv-key=FILE,ttl=5m}.
     *
     * @throws ConfigException if it is neither
     */
    public static TokenSettings parse(String text) {
        String[] parts = text.strip().split(",", -1);
        if (parts[0].equals("simple") && parts.length == 1) {
            return SIMPLE;
        }
        if (!parts[0].equals("jwt")) {
            throw ConfigException.of(SETTING, text, "is neither \"simple\" nor \"jwt,sign-method=...\"");
        }
        TokenSettings settings = SIMPLE;
        for (int i = 1; i < parts.length; i++) {
            settings = settings.with(parts[i]);
        }
        if (settings.signMethod().isEmpty()) {
            throw ConfigException.of(SETTING, text, "names no sign-method, such as sign-method=RS256");
        }
        return settings;
    }

    private TokenSettings with(String option) {
        int equals = option.indexOf('=');
        String value = option.substring(equals + 1);
        return switch (equals < 0 ? "" : option.substring(0, equals)) {
            case "sign-method" -> new TokenSettings(Optional.of(value), publicKey, privateKey, ttl);
            case "pub-key" -> new TokenSettings(signMethod, Optional.of(Path.of(value)), privateKey, ttl);
            case "priv-key" -> new TokenSettings(signMethod, publicKey, Optional.of(Path.of(value)), ttl);
            case "ttl" -> new TokenSettings(signMethod, publicKey, privateKey, duration(value));
            default ->
                throw ConfigException.of(SETTING, option, "is none of sign-method=, pub-key=, priv-key= and ttl=");
        };
    }

    private static Duration duration(String text) {
        Matcher parts = TTL.matcher(text);
        Duration sum = Duration.ZERO;
        if (parts.matches()) {
            sum = Duration.ofHours(number(parts, 1))
                    .plusMinutes(number(parts, 2))
                    .plusSeconds(number(parts, 3));
        }
        if (sum.isZero()) {
            throw ConfigException.of(SETTING, "ttl=" + text, "is not a time such as 5m or 1h30m");
        }
        return sum;
    }

    private static long number(Matcher parts, int group) {
        String digits = parts.group(group);
        return digits == null ? 0 : Long.parseLong(digits);
    }
}
