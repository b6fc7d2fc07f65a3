package io.lockstep.node.compat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** Which servers the tests of this package compare. */
final class Servers {
    /** The level whose behaviour Lockstep has; 3.4 and 3.6 differ from it in more than can be listed. */
    private static final String API_LEVEL = "3.5.";

    private Servers() {}

    /** The etcd to compare with. Without one the test is skipped, saying so; under CI that is a failure. */
    static Path etcdOrSkip() {
        Optional<Path> binary = EtcdServer.binary();
        if (binary.isEmpty()) {
            skip("SKIPPED: no etcd to compare with; set ETCD_BIN to an etcd 3.5 or put one on the PATH");
        }
        String version = EtcdServer.version(binary.orElseThrow());
        if (!version.startsWith(API_LEVEL)) {
            skip("SKIPPED: " + binary.get() + " is etcd " + version + ", but an etcd 3.5 is needed to compare with");
        }
        return binary.get();
    }

    /** Skips the test with one line; fails it where CI=true. */
    static void skip(String why) {
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(why + " (CI=true: a skip is a failure)");
        }
        System.out.println(why);
        Assumptions.abort(why);
    }

    /**
     * The server under test: Lockstep, or ETCD_AS_SUBJECT (an etcd binary) to try the tests themselves, or two etcd versions, on each other.
     */
    static ServerProcess startSubject(String... flags) {
        String etcd = System.getenv("ETCD_AS_SUBJECT");
        if (etcd != null && !etcd.isBlank()) {
            return EtcdServer.start(Path.of(etcd), flags);
        }
        return startLockstepOrSkip(flags);
    }

    static ServerProcess startLockstepOrSkip(String... flags) {
        if (!LockstepServer.isOnClassPath()) {
            String why = "SKIPPED: there is no " + LockstepServer.MAIN_CLASS + " to test";
            System.out.println(why);
            Assumptions.abort(why);
        }
        return LockstepServer.start(flags);
    }
}
