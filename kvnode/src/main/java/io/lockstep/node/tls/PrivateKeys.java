package io.lockstep.node.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;

/**
 * Private keys in the three forms that tools write: PKCS#8, which is all that the JDK reads, and the older ones of OpenSSL,
 * cfssl and kubeadm ("RSA PRIVATE KEY", "EC PRIVATE KEY"). Those are the same numbers without a label that says which
 * algorithm they belong to, so they get it here.
 */
final class PrivateKeys {
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

    /** 1.2.840.113549.1.1.1 with no parameters. */
    private static final byte[] RSA = {
        0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
    };

    /** 1.2.840.10045.2.1; the curve comes behind it. */
    private static final byte[] EC = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};

    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int CURVE = 0xa0;

    private PrivateKeys() {}

    /** @throws IOException with one line that names the file and what is wrong with it */
    static PrivateKey read(Path file) throws IOException {
        for (Pem.Block block : Pem.read(file)) {
            switch (block.type()) {
                case "PRIVATE KEY" -> {
                    return fromPkcs8(file, block.der());
                }
                case "RSA PRIVATE KEY" -> {
                    return fromPkcs8(file, labelled(RSA, block.der()));
                }
                case "EC PRIVATE KEY" -> {
                    return fromPkcs8(file, labelled(concat(EC, curve(file, block.der())), block.der()));
                }
                default -> {} // "EC PARAMETERS" before the key, certificates in the same file
            }
        }
        throw new IOException("\"" + file + "\" holds no private key");
    }

    private static PrivateKey fromPkcs8(Path file, byte[] der) throws IOException {
        GeneralSecurityException last = new InvalidKeySpecException("no algorithm");
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (GeneralSecurityException e) {
                last = e;
            }
        }
        throw new IOException("\"" + file + "\" is no private key of RSA, EC or Ed25519", last);
    }

    private static byte[] labelled(byte[] algorithm, byte[] key) {
        return element(SEQUENCE, concat(VERSION_0, element(SEQUENCE, algorithm), element(OCTET_STRING, key)));
    }

    /** What stands in an EC key behind its version and its number. */
    private static byte[] curve(Path file, byte[] key) throws IOException {
        try {
            ByteBuffer in = content(ByteBuffer.wrap(key), SEQUENCE);
            while (in.hasRemaining()) {
                int tag = in.get(in.position()) & 0xff;
                ByteBuffer element = content(in, tag);
                if (tag == CURVE) {
                    byte[] curve = new byte[element.remaining()];
                    element.get(curve);
                    return curve;
                }
            }
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new IOException("\"" + file + "\" holds a damaged EC key", e);
        }
        throw new IOException("\"" + file + "\" holds an EC key that does not say on which curve it is");
    }

    /** The content of the element that begins here; the buffer goes on behind it. */
    private static ByteBuffer content(ByteBuffer in, int tag) {
        if ((in.get() & 0xff) != tag) {
            throw new IllegalArgumentException("unexpected element");
        }
        int length = in.get() & 0xff;
        if (length >= 0x80) {
            int bytes = length & 0x7f;
            length = 0;
            for (int i = 0; i < bytes; i++) {
                length = length << 8 | (in.get() & 0xff);
            }
        }
        ByteBuffer content = in.slice(in.position(), length(in, length));
        in.position(in.position() + length);
        return content;
    }

    private static int length(ByteBuffer in, int length) {
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        return length;
    }

    private static byte[] element(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else {
            int bytes = content.length < 0x100 ? 1 : content.length < 0x10000 ? 2 : 3;
            out.write(0x80 | bytes);
            for (int i = bytes - 1; i >= 0; i--) {
                out.write(content.length >> 8 * i);
            }
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
