package io.lockstep.bench.load;

import java.util.List;

/**
 * One load. Everything is bounded: a load ends by time, and never has more than {@code clients} calls outstanding (closed loop) or
 * {@link OpenLoop#MAX_OUTSTANDING} (open loop).
 *
 * @param clients calls outstanding at a time; in an open loop not used
 * @param ratePerSecond calls to begin per second (open loop), or 0 for a closed loop
 * @param warmupSeconds runs before the measured time and is not counted
 */
public record LoadSpec(
        Mix mix, int clients, int ratePerSecond, int warmupSeconds, int seconds, KeySpec keys, long seed) {
    /** Above these a mistake on the command line is more likely than a wish. */
    public static final int MAX_CLIENTS = 10_000;

    public static final int MAX_SECONDS = 3_600;
    public static final int MAX_RATE_PER_SECOND = 1_000_000;

    public LoadSpec {
        within("clients", clients, 1, MAX_CLIENTS);
        within("rate", ratePerSecond, 0, MAX_RATE_PER_SECOND);
        within("warm-up seconds", warmupSeconds, 0, MAX_SECONDS);
        within("seconds", seconds, 1, MAX_SECONDS);
    }

    /** Which keys, and how large their values are. */
    public record KeySpec(int count, boolean zipf, int valueBytes) {
        public static final int MAX_COUNT = 10_000_000;
        public static final int MAX_VALUE_BYTES = 1 << 20;

        public KeySpec {
            within("keys", count, 1, MAX_COUNT);
            within("value size", valueBytes, 0, MAX_VALUE_BYTES);
        }
    }

    /** Endpoints as host:port, http:// before it allowed, and over how many connections they are spoken to. */
    public record Target(List<String> endpoints, int connections) {
        public static final int MAX_CONNECTIONS = 1_000;

        public Target {
            endpoints = endpoints.stream()
                    .map(endpoint -> endpoint.startsWith("http://") ? endpoint.substring("http://".length()) : endpoint)
                    .toList();
            if (endpoints.isEmpty()) {
                throw new IllegalArgumentException("at least one endpoint is needed");
            }
            for (String endpoint : endpoints) {
                if (!endpoint.matches("[^:/]+:\\d{1,5}")) {
                    throw new IllegalArgumentException("endpoint " + endpoint + " is not host:port");
                }
            }
            within("connections", connections, 1, MAX_CONNECTIONS);
        }

        /** As many connections as a load of so many clients needs not to wait for one: up to four to each endpoint. */
        public static Target of(List<String> endpoints, int clients) {
            return new Target(endpoints, Math.max(endpoints.size(), Math.min(clients, 4 * endpoints.size())));
        }
    }

    private static void within(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " is " + value + "; allowed are " + least + " to " + most);
        }
    }
}
