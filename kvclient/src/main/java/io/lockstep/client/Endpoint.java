package io.lockstep.client;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A client port of one member. Written as {@code host:port}, {@code http://host:port} or {@code https://host:port}. */
public record Endpoint(String host, int port, boolean tls) {
    private static final int DEFAULT_PORT = 2379;

    public Endpoint {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("the endpoint has no host");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not between 1 and 65535");
        }
    }

    /**
     * @throws IllegalArgumentException with one line that names the text and what is allowed
     */
    public static Endpoint parse(String text) {
        String rest = text.strip();
        boolean tls = false;
        int scheme = rest.indexOf("://");
        if (scheme >= 0) {
            String name = rest.substring(0, scheme).toLowerCase(Locale.ROOT);
            if (!name.equals("http") && !name.equals("https")) {
                throw bad(text, "the scheme " + name + " is neither http nor https");
            }
            tls = name.equals("https");
            rest = rest.substring(scheme + 3);
        }
        if (rest.endsWith("/")) {
            rest = rest.substring(0, rest.length() - 1);
        }
        int colon = rest.lastIndexOf(':');
        boolean bareIpv6 = rest.startsWith("[") ? rest.endsWith("]") : rest.indexOf(':') != colon;
        String host = colon < 0 || bareIpv6 ? rest : rest.substring(0, colon);
        String port = colon < 0 || bareIpv6 ? "" : rest.substring(colon + 1);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty() || host.indexOf('/') >= 0 || host.indexOf(' ') >= 0) {
            throw bad(text, "it has no valid host");
        }
        int number = DEFAULT_PORT;
        if (colon >= 0 && !bareIpv6) {
            try {
                number = Integer.parseInt(port);
            } catch (NumberFormatException notANumber) {
                throw bad(text, "the port \"" + port + "\" is not a number");
            }
            if (number < 1 || number > 65535) {
                throw bad(text, "the port " + number + " is not between 1 and 65535");
            }
        }
        return new Endpoint(host, number, tls);
    }

    private static IllegalArgumentException bad(String text, String why) {
        return new IllegalArgumentException(
                "endpoint \"" + text + "\": " + why + " (use host:port, http://host:port or https://host:port)");
    }

    /** Written out, since a record's own is made of method handles at its first use: 25 ms of a command's start. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Endpoint that && port == that.port && tls == that.tls && host.equals(that.host);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * host.hashCode() + port) + Boolean.hashCode(tls);
    }

    /** {@code host:port}, with brackets around an IPv6 address. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
