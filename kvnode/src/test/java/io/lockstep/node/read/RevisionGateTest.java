package io.lockstep.node.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class RevisionGateTest {
    private final List<ReadIndexSource.Listener> rounds = new ArrayList<>();
    private final StalenessBound bound = new StalenessBound(0.01);
    private final ReadGate gate = new ReadGate(
            new ReadIndexSource() {
                @Override
                public boolean hasLeader() {
                    return true;
                }

                @Override
                public void readIndex(Listener listener) {
                    rounds.add(listener);
                }
            },
            Runnable::run,
            Duration.ofSeconds(1),
            100,
            bound);
    private final RevisionGate revisions = new RevisionGate(gate, Runnable::run);
    private final long deadline = System.nanoTime() + Duration.ofSeconds(7).toNanos();

    @Test
    void await_revisionIsHere_needsNoRound() {
        revisions.onPublished(5);
        assertThat(revisions.await(5, deadline)).isCompleted();
        assertThat(rounds).isEmpty();
    }

    @Test
    void await_revisionComes_endsWithThePublication() {
        revisions.onPublished(5);
        CompletableFuture<Void> six = revisions.await(6, deadline);
        CompletableFuture<Void> eight = revisions.await(8, deadline);
        revisions.onPublished(7);
        assertThat(six).isCompleted();
        assertThat(eight).isNotDone();
        revisions.onPublished(8);
        assertThat(eight).isCompleted();
    }

    @Test
    void await_cancelled_isForgottenWithItsRound() {
        revisions.onPublished(5);
        revisions.await(Long.MAX_VALUE, deadline).cancel(false);
        assertThat(revisions.waiting()).isEqualTo(1);
        rounds.get(0).ready();
        assertThat(revisions.waiting()).isZero();
    }

    @Test
    void await_roundEndsBelowTheRevision_refusesItAsFuture() {
        revisions.onPublished(5);
        CompletableFuture<Void> six = revisions.await(6, deadline);
        rounds.get(0).ready();
        assertThatThrownBy(six::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        KvException.Rejected.class, e -> assertThat(e.error()).isEqualTo(KvError.FUTURE_REVISION));
        revisions.onPublished(6);
        assertThat(revisions.await(6, deadline)).isCompleted();
    }

    @Test
    void await_closedGate_endsAsStopped() {
        CompletableFuture<Void> six = revisions.await(6, deadline);
        gate.close();
        assertThatThrownBy(six::join).hasMessageContaining(KvError.STOPPED.text());
    }

    @Test
    void round_ready_provesWhatWasAcknowledgedAtItsStart() {
        StalenessBound.Mark before = bound.mark();
        gate.probe();
        assertThat(bound.proven()).isNull();
        rounds.get(0).ready();
        assertThat(bound.proven()).isNotNull();
        assertThat(bound.ageMillis()).isLessThanOrEqualTo(before.ageMillis());
    }

    @Test
    void round_answeredAfterItWasAbandoned_provesNothing() {
        gate.probe();
        gate.onLeadershipChanged();
        rounds.get(0).ready();
        assertThat(bound.proven()).isNull();
    }
}
