package io.lockstep.lab;

import io.lockstep.lab.LabRun.ReadFigures;
import io.lockstep.lab.LabRun.WriteFigures;
import io.lockstep.lab.chart.Point;
import java.util.Optional;
import java.util.stream.Collectors;

/** The sentences beneath the charts: what is to be seen, with the run's own figures. Plain text. */
final class Captions {
    private final LabRun run;

    Captions(LabRun run) {
        this.run = run;
    }

    String minority() {
        int node = run.cutOffNode();
        ReadFigures stale = run.read(Setting.STALE);
        ReadFigures bounded = run.read(Setting.BOUNDED);
        ReadFigures linearizable = run.read(Setting.LINEARIZABLE);
        return "While n" + node + " was alone, its clients got " + of(stale.minority()) + " stale reads answered and "
                + of(linearizable.minority())
                + " linearizable ones. Reads with a bound were answered until the bound could"
                + " not be proven any more (" + of(bounded.minority()) + "). Of the writes, "
                + Setting.writes().stream()
                        .map(run::write)
                        .map(each -> of(each.minority()) + " were acknowledged as "
                                + each.setting().label())
                        .collect(Collectors.joining(", "))
                + ".";
    }

    String member(int node) {
        String led = run.fault(Fault.Kind.PARTITION)
                        .filter(fault -> fault.node() == node)
                        .isPresent()
                ? "n" + node + " led at first. "
                : "";
        String words = run.faults().stream()
                .filter(fault -> fault.node() == node)
                .map(fault -> switch (fault.kind()) {
                    case PARTITION -> led + "Alone, it answered what needs nobody else.";
                    case SLOW ->
                        "Its link passed nothing for " + Faults.DOWN
                                + " at a time, again and again: what it can answer by itself, it did at once; the rest waited for"
                                + " the link.";
                    case CRASH ->
                        "It was killed as the leader: its clients got nothing at any setting until it was started again.";
                })
                .collect(Collectors.joining(" "));
        return words.isEmpty() ? "No fault hit it: what failed here had to wait for an election." : words;
    }

    String standstill() {
        return "Where no fault hit the members themselves, writes stood still for "
                + millis(run.standstill().partitionMillis()) + " when the leader was cut off and for "
                + millis(run.standstill().crashMillis())
                + " when it was killed: the time to miss it and to elect another.";
    }

    private static String millis(Optional<Double> millis) {
        return millis.map(Numbers::millis).orElse("–");
    }

    String latencies() {
        ReadFigures stale = run.read(Setting.STALE);
        ReadFigures linearizable = run.read(Setting.LINEARIZABLE);
        WriteFigures accepted = run.write(Setting.ACCEPTED);
        WriteFigures quorum = run.write(Setting.QUORUM);
        WriteFigures all = run.write(Setting.ALL);
        return "Without a fault, half of the stale reads were answered within "
                + Numbers.millis(stale.healthy().medianMillis()) + " and half of the linearizable ones within "
                + Numbers.millis(linearizable.healthy().medianMillis()) + "; an accepted write took "
                + Numbers.millis(accepted.healthy().medianMillis()) + ", one on a quorum "
                + Numbers.millis(quorum.healthy().medianMillis()) + ", one on all members "
                + Numbers.millis(all.healthy().medianMillis())
                + ". Only answered calls count: what failed is in the charts above.";
    }

    String readsOverTime() {
        return "Stale reads ask nobody, and a fault elsewhere does not slow them (99 % within "
                + Numbers.millis(run.read(Setting.STALE).faulty().p99Millis())
                + " even then). A linearizable read waits for a leader with a quorum (99 % within "
                + Numbers.millis(run.read(Setting.LINEARIZABLE).faulty().p99Millis()) + " of those answered).";
    }

    String writesOverTime() {
        WriteFigures all = run.write(Setting.ALL);
        return "A write on all members waits for the slowest: for one that is slow, and until one that is cut off or dead"
                + " has been silent for two election timeouts; then the answer names it ("
                + Numbers.count(all.namedMissing()) + " of "
                + Numbers.count(all.all().answered()) + " answers did).";
    }

    String staleness() {
        ReadFigures stale = run.read(Setting.STALE);
        return "Cut off, a member goes on answering and its answers grow old, up to "
                + Numbers.millis(stale.stalestProven().map(Point::x).orElse(0.0))
                + "; what it proves grows with them, up to "
                + Numbers.millis(stale.maxProvenMillis())
                + ", since it knows for how long it has heard nothing. On a healthy cluster half of the stale answers proved "
                + Numbers.millis(stale.healthyMedianProvenMillis())
                + " or less. A member that was killed proves nothing until it has caught up.";
    }

    String proof() {
        String unproven = run.proof().unproven() == 0
                ? ""
                : " Further " + Numbers.count(run.proof().unproven())
                        + " may be stale and proved nothing, which they say: a member that has just been started and has"
                        + " not caught up (up to " + Numbers.millis(run.proof().stalestUnprovenMillis()) + " behind).";
        return Numbers.count(run.proof().compared()) + " answers proved a bound; " + above() + unproven;
    }

    private String above() {
        int violations = run.proof().violations();
        return violations == 0
                ? "none of them was staler than it had proven: no point lies below the line."
                : Numbers.count(violations) + " of them were STALER than they had proven: that is a bug.";
    }

    String losses() {
        WriteFigures accepted = run.write(Setting.ACCEPTED);
        return "Of " + Numbers.count(accepted.all().answered()) + " writes acknowledged as accepted, "
                + Numbers.count(accepted.lost())
                + " were gone at the end: a leader that is cut off goes on accepting until it notices, and one that is"
                + " killed takes with it what it had not replicated. Of the writes acknowledged by a quorum "
                + Numbers.count(run.write(Setting.QUORUM).lost()) + " of "
                + Numbers.count(run.write(Setting.QUORUM).all().answered()) + " were lost, of those on all members "
                + Numbers.count(run.write(Setting.ALL).lost()) + " of "
                + Numbers.count(run.write(Setting.ALL).all().answered()) + ".";
    }

    String shop() {
        LabRun.ShopFigures shop = run.shop();
        String leftover = shop.staleReads().left() == 0
                ? ""
                : " (and still offered " + Numbers.count(shop.staleReads().left()) + ")";
        return Numbers.count(shop.stock()) + " items, " + shop.buyers()
                + " buyers at once. Those who looked at the stock with a stale read and wrote back one less sold "
                + Numbers.count(shop.staleReads().sold()) + leftover + ": "
                + Numbers.count(shop.staleReads().oversold())
                + " too many. Those who bought with a transaction, which writes only if the stock is as they saw it, sold "
                + Numbers.count(shop.transactions().sold()) + ", "
                + Numbers.count(shop.transactions().oversold())
                + " too many; " + Numbers.count(shop.transactions().conflicts())
                + " times they found that they had seen an old stock, and looked again.";
    }

    /** Why anyone would want which. */
    String lesson() {
        ReadFigures stale = run.read(Setting.STALE);
        ReadFigures linearizable = run.read(Setting.LINEARIZABLE);
        return "Replication answered " + Numbers.percent(stale.all()) + " of all stale reads, "
                + Numbers.percent(stale.minority()) + " of those in the minority, and showed a state that was up to "
                + Numbers.millis(stale.maxTrueMillis()) + " behind. Synchronisation answered "
                + Numbers.percent(linearizable.all()) + " of all linearizable reads, "
                + Numbers.percent(linearizable.minority())
                + " in the minority, and none of its answers missed anything ("
                + Numbers.count(linearizable.broken()) + " of "
                + Numbers.count(linearizable.all().answered())
                + "). Every call chooses.";
    }

    /** As "3 of 4". */
    static String of(LabRun.Share share) {
        return Numbers.count(share.answered()) + " of " + Numbers.count(share.asked());
    }
}
