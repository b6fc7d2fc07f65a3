package io.lockstep.node.raft;

import java.nio.file.Path;

/**
 * TLS of the peer port, both ways: this member shows the certificate and demands one of the same authorities.
 *
 * @param certificate PEM, the chain of this member, with a subject alternative name for its advertised host
 * @param key PEM, PKCS#8
 * @param authorities PEM, whom to trust
 */
public record PeerTls(Path certificate, Path key, Path authorities) {}
