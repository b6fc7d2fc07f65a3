package io.lockstep.node.rpc.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.lockstep.node.auth.Asker;
import io.lockstep.node.auth.Permissions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Base64;
import java.util.Date;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JwtTokensTest {
    private static final String SECRET = "a secret that is long enough for every one of HS256, HS384, HS512: 64 bytes";

    @TempDir
    Path dir;

    private long nowMillis = 1_000_000_000_000L;

    private JwtTokens tokens(String method) throws Exception {
        return new JwtTokens(keys(method), Duration.ofMinutes(5), () -> nowMillis);
    }

    private JwtKeys keys(String method) throws Exception {
        if (method.startsWith("HS")) {
            return JwtKeys.load(method, null, Files.writeString(dir.resolve("secret"), SECRET));
        }
        KeyPairGenerator generator = KeyPairGenerator.getInstance(method.startsWith("ES") ? "EC" : "RSA");
        if (method.startsWith("ES")) {
            String curve = method.equals("ES512") ? "secp521r1" : method.equals("ES384") ? "secp384r1" : "secp256r1";
            generator.initialize(new ECGenParameterSpec(curve));
        } else {
            generator.initialize(2048);
        }
        KeyPair pair = generator.generateKeyPair();
        Path pub = pem("PUBLIC KEY", pair.getPublic().getEncoded());
        return JwtKeys.load(method, pub, pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
    }

    private Path pem(String type, byte[] der) throws IOException {
        return Files.writeString(
                dir.resolve(type.replace(' ', '-')),
                "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + type
                        + "-----\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HS256", "HS512", "RS256", "RS512", "PS256", "PS384", "ES256", "ES384", "ES512"})
    void token_issued_isAccepted(String method) throws Exception {
        JwtTokens tokens = tokens(method);
        assertThat(tokens.asker(tokens.issue("ann", 7), Permissions.NONE)).isEqualTo(new Asker("ann", 7));
    }

    @Test
    void token_expired_isRefused() throws Exception {
        JwtTokens tokens = tokens("HS256");
        String token = tokens.issue("ann", 7);
        nowMillis += Duration.ofMinutes(5).toMillis();
        assertThat(tokens.asker(token, Permissions.NONE)).isNull();
    }

    @Test
    void token_changed_isRefused() throws Exception {
        JwtTokens tokens = tokens("RS256");
        String[] parts = tokens.issue("ann", 7).split("\\.", -1);
        String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        String root = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(claims.replace("ann", "root").getBytes(StandardCharsets.UTF_8));
        assertThat(tokens.asker(parts[0] + "." + root + "." + parts[2], Permissions.NONE))
                .isNull();
        assertThat(tokens.asker(parts[0] + "." + parts[1] + ".", Permissions.NONE))
                .isNull();
        assertThat(tokens.asker("no token at all", Permissions.NONE)).isNull();
    }

    /** A token must not choose how it is verified: "none", or the public key taken for the secret of an HMAC. */
    @Test
    void token_ofAnotherAlgorithm_isRefused() throws Exception {
        JwtTokens tokens = tokens("RS256");
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .claim("username", "root")
                .claim("revision", 7)
                .expirationTime(new Date(nowMillis + 60_000))
                .build();
        assertThat(tokens.asker(new PlainJWT(claims).serialize(), Permissions.NONE))
                .isNull();
        SignedJWT confused = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
        confused.sign(new MACSigner(Files.readAllBytes(dir.resolve("PUBLIC-KEY"))));
        assertThat(tokens.asker(confused.serialize(), Permissions.NONE)).isNull();
    }

    @Test
    void token_withoutEnd_isRefused() throws Exception {
        JwtTokens tokens = tokens("HS256");
        SignedJWT endless = new SignedJWT(
                new JWSHeader(JWSAlgorithm.HS256),
                new JWTClaimsSet.Builder()
                        .claim("username", "root")
                        .claim("revision", 7)
                        .build());
        endless.sign(new MACSigner(SECRET.getBytes(StandardCharsets.UTF_8)));
        assertThat(tokens.asker(endless.serialize(), Permissions.NONE)).isNull();
    }

    @Test
    void keys_thatDoNotFit_areRefusedWithOneLine() throws Exception {
        Path secret = Files.writeString(dir.resolve("short"), "short");
        assertThatThrownBy(() -> JwtKeys.load("HS256", null, secret)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> JwtKeys.load("RS256", null, secret)).hasMessageContaining("no key in PEM");
        assertThatThrownBy(() -> JwtKeys.load("XX", null, secret)).hasMessageContaining("sign-method");
        Path old = pem("RSA PRIVATE KEY", new byte[] {1, 2, 3});
        assertThatThrownBy(() -> JwtKeys.load("RS256", null, old)).hasMessageContaining("openssl pkcs8");
    }
}
