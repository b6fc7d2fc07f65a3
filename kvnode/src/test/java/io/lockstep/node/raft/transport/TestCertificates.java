package io.lockstep.node.raft.transport;

import io.lockstep.node.raft.PeerTls;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Objects;

/** Certificates for 127.0.0.1 of two authorities that do not know each other; valid for a hundred years, for tests only. */
final class TestCertificates {
    private TestCertificates() {}

    static PeerTls good() {
        return in("good");
    }

    static PeerTls stranger() {
        return in("stranger");
    }

    private static PeerTls in(String name) {
        URL url = Objects.requireNonNull(TestCertificates.class.getResource("/peer-tls/" + name + "/ca.crt"));
        try {
            Path directory = Objects.requireNonNull(Path.of(url.toURI()).getParent());
            return new PeerTls(
                    directory.resolve("member.crt"), directory.resolve("member.key"), directory.resolve("ca.crt"));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
