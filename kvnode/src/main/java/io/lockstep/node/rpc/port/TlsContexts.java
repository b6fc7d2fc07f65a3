package io.lockstep.node.rpc.port;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate that new connections get: files are looked at again once a second at most, while connections come. A
 * pair that does not load leaves the old one in use. Called on all event loops of the port, hence the lock.
 */
final class TlsContexts implements Supplier<SslContext> {
    private static final Logger LOG = LoggerFactory.getLogger(TlsContexts.class);
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);
    private static final ApplicationProtocolConfig ALPN = new ApplicationProtocolConfig(
            ApplicationProtocolConfig.Protocol.ALPN,
            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
            ApplicationProtocolNames.HTTP_2,
            ApplicationProtocolNames.HTTP_1_1);

    private final ClientTls files;
    private SslContext context;
    private List<FileTime> times;
    private long checkedNanos = System.nanoTime();

    /** @throws IllegalArgumentException with one line that says what is wrong with the files */
    TlsContexts(ClientTls files) {
        this.files = files;
        try {
            times = times(files);
            context = load(files);
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException(
                    "the client port's certificate " + files.certificate() + " with key " + files.key()
                            + " can't be used: " + e.getMessage(),
                    e);
        }
    }

    @Override
    public synchronized SslContext get() {
        long now = System.nanoTime();
        if (now - checkedNanos >= CHECK_INTERVAL.toNanos()) {
            checkedNanos = now;
            reloadIfChanged();
        }
        return context;
    }

    private void reloadIfChanged() {
        try {
            List<FileTime> current = times(files);
            if (!current.equals(times)) {
                // Noted first: files that do not load are tried again when they change again, not with each connection.
                times = current;
                context = load(files);
                LOG.info("client port: now serves with the changed certificate {}", files.certificate());
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("client port: keeps its certificate, the files can't be used: {}", e.getMessage());
        }
    }

    private static List<FileTime> times(ClientTls files) throws IOException {
        List<FileTime> times = new ArrayList<>();
        times.add(Files.getLastModifiedTime(files.certificate()));
        times.add(Files.getLastModifiedTime(files.key()));
        if (files.trustedCa().isPresent()) {
            times.add(Files.getLastModifiedTime(files.trustedCa().get()));
        }
        return times;
    }

    private static SslContext load(ClientTls files) throws IOException {
        SslContextBuilder builder = SslContextBuilder.forServer(
                        files.certificate().toFile(), files.key().toFile())
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                .applicationProtocolConfig(ALPN);
        for (Path ca : files.trustedCa().stream().toList()) {
            builder.trustManager(ca.toFile()).clientAuth(ClientAuth.REQUIRE);
        }
        return builder.build();
    }
}
