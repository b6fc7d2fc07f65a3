package io.lockstep.node.raft;

import java.util.Map;

/**
 * What JRaft and protobuf read from system properties, once, when their classes load. Set where unset; a value that
 * somebody set otherwise is an error, because the fences of this package rest on it.
 */
final class SystemProperties {
    private static final Map<String, String> REQUIRED = Map.of(
            // JRaft ships gencode of protoc 3.5: without it protobuf builds a warning text for every parsed message.
            "com.google.protobuf.use_unsafe_pre22_gencode", "true",
            // A recycled buffer may still be on its way to a peer when the next request is written into it.
            "jraft.recyclers.maxCapacityPerThread", "0",
            // A rejected closure ends a peer's chain of heartbeats for good (JRaft #1274): these pools must not fill.
            "jraft.rpc.closure.threadpool.size.max", "1024",
            "jraft.internal.closure.threadpool.size.max", "1024");

    private SystemProperties() {}

    static void apply() throws RaftStartException {
        for (Map.Entry<String, String> property : REQUIRED.entrySet()) {
            String now = System.getProperty(property.getKey());
            if (now == null) {
                System.setProperty(property.getKey(), property.getValue());
            } else if (!now.equals(property.getValue())) {
                throw new RaftStartException("system property " + property.getKey() + " is \"" + now
                        + "\": it must be \"" + property.getValue() + "\" or not set; start the JVM without it");
            }
        }
    }
}
