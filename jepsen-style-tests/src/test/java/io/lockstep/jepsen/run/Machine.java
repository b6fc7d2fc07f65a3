package io.lockstep.jepsen.run;

import io.lockstep.jepsen.cluster.Capability;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** What the machine must be able to do for tests with real faults. */
final class Machine {
    private Machine() {}

    /** Skips the test, loudly, if something is missing; in CI that is a failure. */
    static void require(String... names) {
        List<Capability> missing = Capability.probe().stream()
                .filter(each -> List.of(names).contains(each.name()) && !each.present())
                .toList();
        require(missing.isEmpty(), missing.toString());
    }

    static void require(boolean present, String otherwise) {
        if (present) {
            return;
        }
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError("in CI this must not be missing: " + otherwise);
        }
        System.err.println("SKIPPED: tests with real faults, because of " + otherwise);
        Assumptions.abort(otherwise);
    }
}
