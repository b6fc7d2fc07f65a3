package io.lockstep.node.config;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The identities that founders agree on without talking: hashes of what they were all told.
 *
 * @param clusterId never 0
 * @param members in the order of their ids (unsigned)
 */
public record Founding(long clusterId, List<Founder> members) {
    /** @param memberId never 0 */
    public record Founder(long memberId, String name, HostPort peerUrl) {}

    public static Founding of(Map<String, HostPort> initialCluster, String token) {
        return of(initialCluster, token, "");
    }

    /** @param origin what the founders' state was restored from: empty if it begins empty */
    public static Founding of(Map<String, HostPort> initialCluster, String token, String origin) {
        List<Founder> members = new TreeMap<>(initialCluster)
                .entrySet().stream()
                        .map(e -> new Founder(
                                hash("member", token, e.getKey(), e.getValue().url()), e.getKey(), e.getValue()))
                        .sorted((a, b) -> Long.compareUnsigned(a.memberId(), b.memberId()))
                        .toList();
        String[] parts = new String[members.size() + 2];
        parts[0] = "cluster";
        parts[1] = token;
        for (int i = 0; i < members.size(); i++) {
            parts[i + 2] = Long.toHexString(members.get(i).memberId());
        }
        long emptyId = hash(parts);
        // Members that were restored and such that were not are different clusters, and refuse each other.
        return new Founding(origin.isEmpty() ? emptyId : hash("restored", Long.toHexString(emptyId), origin), members);
    }

    public Founder member(String name) {
        return members.stream()
                .filter(m -> m.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ConfigException("no member is named \"" + name + "\" in --initial-cluster"));
    }

    private static long hash(String... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                digest.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
                digest.update(bytes);
            }
            long hash = ByteBuffer.wrap(digest.digest()).getLong();
            return hash == 0 ? 1 : hash;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
