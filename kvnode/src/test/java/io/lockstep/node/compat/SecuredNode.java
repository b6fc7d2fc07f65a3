package io.lockstep.node.compat;

import io.lockstep.node.KvNode;
import io.lockstep.node.config.AuthSettings;
import io.lockstep.node.config.NodeConfig;
import io.lockstep.node.config.TlsFiles;
import io.lockstep.node.tls.TestCa;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A node of ours that serves whoever shows a certificate of its CA, and files for clients. */
final class SecuredNode implements AutoCloseable {
    private final Path files;
    private final TestCa ca;
    private final KvNode node;

    SecuredNode(Path directory) throws Exception {
        files = Files.createDirectories(directory.resolve("tls"));
        ca = new TestCa("ca");
        ca.writeTo(ca());
        ca.issue("server").writeTo(certificate("server"), key("server"));
        AuthSettings defaults = AuthSettings.DEFAULT;
        node = KvNode.start(NodeConfig.embedded(directory.resolve("data"))
                .clientUrls("https://127.0.0.1:0")
                .clientTls(new TlsFiles(certificate("server"), key("server"), Optional.of(ca())))
                .auth(new AuthSettings(defaults.tokens(), defaults.tokenIdle(), 4, true))
                .build());
    }

    /** Makes a certificate of this name, which is a user's if auth is on. */
    void issue(String name) throws Exception {
        ca.issue(name).writeTo(certificate(name), key(name));
    }

    Path ca() {
        return files.resolve("ca.crt");
    }

    Path certificate(String name) {
        return files.resolve(name + ".crt");
    }

    Path key(String name) {
        return files.resolve(name + ".key");
    }

    String url() {
        return "https://127.0.0.1:" + node.clientAddresses().get(0).getPort();
    }

    @Override
    public void close() {
        node.close();
    }
}
