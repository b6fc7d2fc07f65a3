package io.lockstep.node.tls;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Clients that trust one authority, and show a certificate or none. */
public final class TestClient {
    private static final char[] NO_PASSWORD = new char[0];

    private final TestCa trusted;
    private final TestCa.@Nullable Issued own;
    private final SSLContext context;

    public TestClient(TestCa trusted, TestCa.@Nullable Issued own) throws Exception {
        this.trusted = trusted;
        this.own = own;
        KeyStore authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        authorities.setCertificateEntry("ca", trusted.certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(authorities);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        if (own != null) {
            keys.setKeyEntry("own", own.key(), NO_PASSWORD, new Certificate[] {own.certificate()});
        }
        KeyManagerFactory key = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        key.init(keys, NO_PASSWORD);
        context = SSLContext.getInstance("TLS");
        context.init(key.getKeyManagers(), trust.getTrustManagers(), null);
    }

    /** Remembers sessions, and resumes them. */
    public SSLContext context() {
        return context;
    }

    public SslContext forGrpc() throws SSLException {
        SslContextBuilder builder = GrpcSslContexts.forClient().trustManager(trusted.certificate());
        if (own != null) {
            builder.keyManager(own.key(), own.certificate());
        }
        return builder.build();
    }

    public ManagedChannel channel(InetSocketAddress address) throws SSLException {
        return NettyChannelBuilder.forAddress("127.0.0.1", address.getPort())
                .sslContext(forGrpc())
                .build();
    }

    /** With this version of TLS and without ALPN; the name in the certificate is not looked at. */
    public SSLSocket connect(InetSocketAddress address, String version) throws Exception {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", address.getPort());
        socket.setSoTimeout(10_000);
        socket.setEnabledProtocols(new String[] {version});
        socket.startHandshake();
        return socket;
    }

    /** What the port answers to one request, or why there is no answer. With TLS 1.3 a refusal comes behind the handshake. */
    public String get(InetSocketAddress address, String version, String path) {
        try (SSLSocket socket = connect(address, version)) {
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (Exception refused) {
            return refused.toString();
        }
    }
}
