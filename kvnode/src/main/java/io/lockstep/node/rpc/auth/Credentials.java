package io.lockstep.node.rpc.auth;

import io.grpc.Metadata;
import java.security.cert.X509Certificate;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What a call brought to say who asks.
 *
 * @param token null: none
 * @param session of the connection's TLS; null: none, or one that must not count
 */
public record Credentials(@Nullable String token, @Nullable SSLSession session) {
    public static final Credentials NONE = new Credentials(null, null);

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final String BEARER = "Bearer ";

    /** With the token of these metadata: the first one, as gRPC clients send it or, failing that, as HTTP clients do. */
    public Credentials withTokenOf(Metadata metadata) {
        String given = first(metadata, TOKEN);
        if (given == null) {
            given = first(metadata, AUTHORIZATION);
        }
        if (given == null) {
            return this;
        }
        boolean prefixed = given.regionMatches(true, 0, BEARER, 0, BEARER.length());
        return new Credentials(prefixed ? given.substring(BEARER.length()).strip() : given, session);
    }

    private static @Nullable String first(Metadata metadata, Metadata.Key<String> key) {
        Iterable<String> values = metadata.getAll(key);
        return values == null ? null : values.iterator().next();
    }

    public static Credentials of(@Nullable SSLSession session) {
        return session == null ? NONE : new Credentials(null, session);
    }

    /** Of the certificate that the handshake accepted; null: there is none, or it names nobody. */
    public @Nullable String commonName() {
        if (session == null) {
            return null;
        }
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate certificate
                    ? commonName(certificate)
                    : null;
        } catch (SSLPeerUnverifiedException noCertificate) {
            return null;
        }
    }

    private static @Nullable String commonName(X509Certificate certificate) {
        try {
            for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    return part.getValue().toString();
                }
            }
        } catch (InvalidNameException e) {
            return null;
        }
        return null;
    }

    /** Without what must not be seen. */
    @Override
    public String toString() {
        return "Credentials[token=" + (token == null ? "none" : "given") + ", tls=" + (session != null) + "]";
    }
}
