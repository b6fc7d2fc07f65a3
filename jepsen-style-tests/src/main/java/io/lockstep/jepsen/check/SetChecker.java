package io.lockstep.jepsen.check;

import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import io.lockstep.jepsen.history.Version;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges a set whose elements are keys under a prefix: once an element is known to be in, every linearizable scan that
 * begins later must show it. Known means that its write was acknowledged or that a linearizable scan showed it.
 *
 * <p>Missing from every scan since some moment on: lost; missing in between: stale. Shown but never written, or written
 * only later, or refused: phantom. Shown twice in one answer: duplicate. An element that was acknowledged and that no
 * later scan could have shown leaves the verdict open.
 */
public final class SetChecker {
    private static final String NAME = "set";

    private SetChecker() {}

    private static final class Element {
        final Operation write;
        long knownNanos = Long.MAX_VALUE;

        @Nullable
        Operation lastPresent;

        @Nullable
        Operation firstMissing;

        @Nullable
        Operation lastMissing;

        int missing;

        Element(Operation write) {
            this.write = write;
            if (write.outcome() == Outcome.OK) {
                knownNanos = write.returnedNanos();
            }
        }
    }

    public static CheckResult check(List<Operation> history, String prefix, long originNanos) {
        Findings findings = new Findings();
        Map<String, Element> elements = new HashMap<>();
        List<Operation> scans = new ArrayList<>();
        for (Operation operation : history) {
            if (operation.action() instanceof Action.Write
                    && operation.action().key().startsWith(prefix)) {
                if (elements.put(operation.action().key(), new Element(operation)) != null) {
                    findings.doubt(
                            "element %s was added twice", operation.action().key());
                }
            } else if (isJudged(operation, prefix)) {
                scans.add(operation);
            }
        }
        scans.forEach(scan -> learn(scan, elements, findings, originNanos));
        scans.sort(Comparator.comparingLong(Operation::invokedNanos));
        for (Operation scan : scans) {
            findMissing(scan, elements.values());
        }
        elements.values().forEach(element -> report(element, scans, findings, originNanos));
        return findings.result(NAME, elements.size() + " elements, " + scans.size() + " scans");
    }

    private static boolean isJudged(Operation operation, String prefix) {
        return operation.outcome() == Outcome.OK
                && operation.action() instanceof Action.Scan scan
                && scan.key().equals(prefix)
                && scan.consistency() == Consistency.LINEARIZABLE;
    }

    private static void learn(Operation scan, Map<String, Element> elements, Findings findings, long originNanos) {
        Set<String> shown = new HashSet<>();
        for (Version version : scan.known().versions()) {
            Element element = elements.get(version.key());
            if (!shown.add(version.key())) {
                findings.violation("duplicate %s in %s", version.key(), scan.describe(originNanos));
            } else if (element == null) {
                findings.violation("phantom %s, never added, in %s", version.key(), scan.describe(originNanos));
            } else if (element.write.outcome() == Outcome.FAIL) {
                findings.violation(
                        "phantom: refused %s is in %s",
                        element.write.describe(originNanos), scan.describe(originNanos));
            } else if (scan.returnedNanos() < element.write.invokedNanos()) {
                findings.violation(
                        "phantom: %s is already in %s",
                        element.write.describe(originNanos), scan.describe(originNanos));
            } else {
                element.knownNanos = Math.min(element.knownNanos, scan.returnedNanos());
            }
        }
    }

    private static void findMissing(Operation scan, Iterable<Element> elements) {
        Set<String> shown = new HashSet<>();
        scan.known().versions().forEach(version -> shown.add(version.key()));
        for (Element element : elements) {
            if (shown.contains(element.write.action().key())) {
                element.lastPresent = scan;
            } else if (element.knownNanos < scan.invokedNanos()) {
                element.missing++;
                element.lastMissing = scan;
                if (element.firstMissing == null) {
                    element.firstMissing = scan;
                }
            }
        }
    }

    private static void report(Element element, List<Operation> scans, Findings findings, long originNanos) {
        Operation last = scans.isEmpty() ? null : scans.get(scans.size() - 1);
        if (element.firstMissing != null) {
            boolean lost = element.lastMissing == last;
            findings.violation(
                    "%s: %s, missing from %d scans, first from %s",
                    lost ? "lost" : "stale",
                    element.write.describe(originNanos),
                    element.missing,
                    element.firstMissing.describe(originNanos));
        } else if (element.write.outcome() == Outcome.OK && element.lastPresent == null) {
            findings.doubt("acknowledged, and never looked for: %s", element.write.describe(originNanos));
        }
    }
}
