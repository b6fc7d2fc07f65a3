package io.lockstep.node.tls;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS 1.2 and 1.3 of one port, by the files of this moment: they are looked at again once a second at most, while
 * connections come. Files that can't be used leave in force what is there, and are told of in one line until they change
 * again. Called on all event loops of the port, hence the lock.
 *
 * <p>Each change of the files makes new contexts rather than new keys in the old one, since a context remembers sessions: a
 * client that resumes one is not asked for its certificate again, and would outlive the authority that signed it.
 */
public final class PortTls {
    private static final Logger LOG = LoggerFactory.getLogger(PortTls.class);
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    private final String port;
    private final PemFiles files;
    private final ApplicationProtocolConfig alpn;
    private final SslContext server = new FollowingContext(this, false);
    private final SslContext client = new FollowingContext(this, true);
    private Contexts contexts;
    private List<Object> seen;
    private long checkedNanos = System.nanoTime();

    private record Contexts(SslContext server, SslContext client) {}

    /**
     * @param port what it is, for the log
     * @param protocols offered by ALPN, the best first
     * @throws IOException with one line that says what is wrong with the files
     */
    public PortTls(String port, PemFiles files, String... protocols) throws IOException {
        this.port = port;
        this.files = files;
        this.alpn = new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                protocols);
        this.seen = look(files);
        try {
            this.contexts = load();
        } catch (IOException e) {
            throw new IOException("the certificates of the " + port + " can't be used: " + e.getMessage(), e);
        }
    }

    /** For who is connected to: asks for a certificate where there are authorities. */
    public SslContext server() {
        return server;
    }

    /** For who connects: shows the same certificate, and trusts the same authorities. */
    public SslContext client() {
        return client;
    }

    /** What a connection that begins now gets. */
    synchronized SslContext newest(boolean ofClient) {
        long now = System.nanoTime();
        if (now - checkedNanos >= CHECK_INTERVAL.toNanos()) {
            checkedNanos = now;
            reloadIfChanged();
        }
        return ofClient ? contexts.client() : contexts.server();
    }

    private void reloadIfChanged() {
        List<Object> found = look(files);
        if (found.equals(seen)) {
            return;
        }
        // Noted first: what does not load is tried again when it changes again, not with each connection.
        seen = found;
        try {
            contexts = load();
            LOG.info("{}: new connections get the changed certificates of {}", port, files.all());
        } catch (IOException e) {
            LOG.warn("{}: goes on with the certificates that it has: {}", port, e.getMessage());
        }
    }

    /** What tells a changed file from an unchanged one: a replaced one may have the time and the size of the old. */
    private static List<Object> look(PemFiles files) {
        List<Object> found = new ArrayList<>();
        for (Path file : files.all()) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                found.add(attributes.lastModifiedTime());
                found.add(attributes.size());
                found.add(Optional.ofNullable(attributes.fileKey()));
            } catch (IOException e) {
                found.add("missing");
            }
        }
        return found;
    }

    private Contexts load() throws IOException {
        KeyMaterial material = KeyMaterial.load(files);
        X509Certificate[] chain = material.chain().toArray(X509Certificate[]::new);
        SslContextBuilder forServer = common(SslContextBuilder.forServer(material.key(), chain));
        SslContextBuilder forClient = common(SslContextBuilder.forClient().keyManager(material.key(), chain));
        if (material.authorities().isPresent()) {
            X509Certificate[] trusted = material.authorities().get().toArray(X509Certificate[]::new);
            forServer.trustManager(trusted).clientAuth(ClientAuth.REQUIRE);
            forClient.trustManager(trusted);
        }
        return new Contexts(forServer.build(), forClient.build());
    }

    private SslContextBuilder common(SslContextBuilder builder) {
        return builder.sslProvider(SslProvider.JDK)
                .protocols(VERSIONS)
                // Those that HTTP/2 permits: no CBC, no RSA key exchange.
                .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                .applicationProtocolConfig(alpn);
    }
}
