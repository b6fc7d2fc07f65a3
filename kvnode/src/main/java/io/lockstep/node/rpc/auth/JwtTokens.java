package io.lockstep.node.rpc.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.lockstep.node.auth.Asker;
import io.lockstep.node.auth.AuthEvent;
import io.lockstep.node.auth.Permissions;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.text.ParseException;
import java.time.Duration;
import java.util.Date;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that say themselves whose they are, signed: a member needs no memory of them. A token names the auth revision that
 * its password was checked by, and is worth nothing after the next change of users or roles; so none outlives the user.
 */
public final class JwtTokens implements Tokens {
    private static final String USER = "username";
    private static final String REVISION = "revision";

    private final JwtKeys keys;
    private final Duration ttl;
    private final LongSupplier wallMillis;

    public JwtTokens(JwtKeys keys, Duration ttl, LongSupplier wallMillis) {
        this.keys = keys;
        this.ttl = ttl;
        this.wallMillis = wallMillis;
    }

    /** @throws KvException.Failed TOKENS_NOT_ISSUED_HERE if this member has only the key that verifies */
    public String issue(String user, long authRevision) {
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .claim(USER, user)
                .claim(REVISION, authRevision)
                .expirationTime(new Date(wallMillis.getAsLong() + ttl.toMillis()))
                .build();
        SignedJWT token = new SignedJWT(new JWSHeader.Builder(keys.algorithm()).build(), claims);
        try {
            token.sign(keys.signer().orElseThrow(() -> new KvException.Failed(KvError.TOKENS_NOT_ISSUED_HERE)));
        } catch (JOSEException e) {
            throw new IllegalStateException("a token can't be signed", e);
        }
        return token.serialize();
    }

    @Override
    public @Nullable Asker asker(String token, Permissions now) {
        try {
            SignedJWT signed = SignedJWT.parse(token);
            JWSAlgorithm named = signed.getHeader().getAlgorithm();
            // The token must not choose how it is verified.
            if (!named.equals(keys.algorithm()) || !signed.verify(keys.verifier())) {
                return null;
            }
            JWTClaimsSet claims = signed.getJWTClaimsSet();
            Date expires = claims.getExpirationTime();
            String user = claims.getStringClaim(USER);
            Long revision = claims.getLongClaim(REVISION);
            boolean complete = expires != null && user != null && !user.isEmpty() && revision != null;
            return complete && expires.getTime() > wallMillis.getAsLong() ? new Asker(user, revision) : null;
        } catch (ParseException | JOSEException | RuntimeException forged) {
            return null;
        }
    }

    @Override
    public void onEvent(AuthEvent event) {
        // The revision in the token tells it.
    }
}
