package io.lockstep.node.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/**
 * The address in a URL of a setting.
 *
 * @param tls whether the scheme is https
 */
public record HostPort(String host, int port, boolean tls) {
    /** Parses {@code http://host:port}; the setting's name goes into the error. */
    public static HostPort parse(String setting, String url) {
        return parse(setting, url, 1);
    }

    /** The same where a node listens: port 0 takes a free one. */
    public static HostPort parseListening(String setting, String url) {
        return parse(setting, url, 0);
    }

    private static HostPort parse(String setting, String url, int lowestPort) {
        URI uri;
        try {
            uri = new URI(url.strip());
        } catch (URISyntaxException e) {
            throw ConfigException.of(setting, url, "is not a URL; write it like http://127.0.0.1:2379");
        }
        if (!"http".equals(uri.getScheme()) && !"https".equals(uri.getScheme())) {
            throw ConfigException.of(setting, url, "must begin with http:// or https://");
        }
        if (uri.getHost() == null || uri.getPort() < lowestPort || uri.getPort() > 65_535) {
            throw ConfigException.of(
                    setting,
                    url,
                    "needs a host and a port from " + lowestPort + " to 65535, like http://127.0.0.1:2379");
        }
        if (uri.getPath() != null && !uri.getPath().isEmpty() && !uri.getPath().equals("/")) {
            throw ConfigException.of(setting, url, "must not have a path");
        }
        String host = uri.getHost();
        return new HostPort(
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                uri.getPort(),
                "https".equals(uri.getScheme()));
    }

    /** Parses a comma separated list of at least one URL. */
    public static List<HostPort> parseList(String setting, String urls) {
        return List.of(urls.split(",", -1)).stream()
                .map(url -> parse(setting, url))
                .toList();
    }

    public String url() {
        return (tls ? "https://" : "http://") + authority();
    }

    public String authority() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    @Override
    public String toString() {
        return url();
    }
}
