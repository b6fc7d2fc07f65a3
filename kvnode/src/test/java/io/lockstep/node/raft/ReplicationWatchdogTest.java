package io.lockstep.node.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.node.raft.ReplicationWatchdog.PeerProgress;
import io.lockstep.node.raft.ReplicationWatchdog.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicationWatchdogTest {
    private static final long SECOND = 1_000_000_000L;
    // Monotonic time may be negative.
    private static final long START = -100 * SECOND;

    private final ReplicationWatchdog watchdog = new ReplicationWatchdog(10 * SECOND);

    @Test
    void peerThatLacksEntriesAndGetsNothing_losesItsLeader() {
        assertThat(check(0, peer(2, 5, 0), peer(3, 10, 0))).isInstanceOf(Verdict.None.class);
        assertThat(check(10, peer(2, 5, 0), peer(3, 10, 9))).isInstanceOf(Verdict.None.class);
        assertThat(check(11, peer(2, 5, 0), peer(3, 10, 10))).isEqualTo(new Verdict.HandOver(2, 3));
        // The transfer gets its time, then the node stops.
        assertThat(check(12, peer(2, 5, 0), peer(3, 10, 11))).isInstanceOf(Verdict.None.class);
        assertThat(check(22, peer(2, 5, 0), peer(3, 10, 21))).isEqualTo(new Verdict.Stop(2));
    }

    @Test
    void everyPeerStuck_stopsAtOnce() {
        check(0, peer(2, 5, 0), peer(3, 5, 0));
        assertThat(check(11, peer(2, 5, 0), peer(3, 5, 0))).isInstanceOf(Verdict.Stop.class);
    }

    @Test
    void peerThatIsServedOrUpToDateOrAway_isLeftAlone() {
        check(0, peer(2, 5, 0), peer(3, 10, 0));
        PeerProgress served = peer(2, 5, 59);
        PeerProgress upToDate = peer(3, 10, 0);
        PeerProgress away = new PeerProgress(4, true, false, 1, START);
        assertThat(check(60, served, upToDate, away)).isInstanceOf(Verdict.None.class);
    }

    @Test
    void newLeader_isGivenTime() {
        watchdog.check(START, false, 10, List.of(peer(2, 5, 0)));
        assertThat(check(100, peer(2, 5, 0))).isInstanceOf(Verdict.None.class);
        assertThat(check(109, peer(2, 5, 0))).isInstanceOf(Verdict.None.class);
        assertThat(check(111, peer(2, 5, 0))).isInstanceOf(Verdict.Stop.class);
    }

    private Verdict check(long atSecond, PeerProgress... peers) {
        return watchdog.check(START + atSecond * SECOND, true, 10, List.of(peers));
    }

    private static PeerProgress peer(long id, long matched, long activeAtSecond) {
        return new PeerProgress(id, true, true, matched, START + activeAtSecond * SECOND);
    }
}
