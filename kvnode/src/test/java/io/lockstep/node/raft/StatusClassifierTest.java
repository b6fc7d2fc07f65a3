package io.lockstep.node.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.error.RaftError;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class StatusClassifierTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "EPERM         | Is not leader.                               | LEADER_CHANGED",
                "EPERM         | expected_term=3 doesn't match current_term=4 | LEADER_CHANGED",
                "EBUSY         | Is transferring leadership.                  | LEADER_CHANGED",
                "EBUSY         | Node x log manager is busy.                  | TOO_MANY_REQUESTS",
                "EBUSY         | Node is busy, has too many tasks             | TOO_MANY_REQUESTS",
                "ENODESHUTDOWN | Node is shutting down.                       | STOPPED",
                "EINTERNAL     | Fail to append task.                         | LEADER_CHANGED",
            })
    void refusedBeforeTheLog_isADefiniteFailure(RaftError code, String text, KvError error) {
        assertThat(StatusClassifier.classify(new Status(code, "%s", text)))
                .isInstanceOf(KvException.Failed.class)
                .extracting(e -> ((KvException) e).error())
                .isEqualTo(error);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "EPERM         | Leader stepped down",
                "EPERM         | something new",
                "ETIMEDOUT     | ",
                "EINTERNAL     | something else",
                "ESTATEMACHINE | StateMachine meet critical error",
                "EIO           | Corrupted LogStorage",
                "ESHUTDOWN     | Raft node is going to quit.",
                "EBADNODE      | Raft node(leader or candidate) is in error.",
            })
    void anythingAfterTheLog_isUnknown(RaftError code, String text) {
        assertThat(StatusClassifier.classify(new Status(code, "%s", text))).isInstanceOf(KvException.Unknown.class);
    }

    /** EPERM has both meanings; of all other codes only three are ever definite whatever the text says. */
    @ParameterizedTest
    @EnumSource(RaftError.class)
    void codeWithoutAText_isDefiniteOnlyWhereListed(RaftError code) {
        boolean definite = code == RaftError.EBUSY || code == RaftError.ENODESHUTDOWN;
        assertThat(StatusClassifier.classify(new Status(code, "%s", "")) instanceof KvException.Failed)
                .isEqualTo(definite);
    }

    @Test
    void readThatFails_isAlwaysDefinite() {
        assertThat(StatusClassifier.classifyRead(new Status(RaftError.EAGAIN, "%s", "no entry of this term yet"))
                        .error())
                .isEqualTo(KvError.LEADER_CHANGED);
    }
}
