package io.lockstep.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.api.DowngradeRequest;
import io.lockstep.node.error.KvException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DowngradesTest {
    private static DowngradeRequest request(DowngradeRequest.DowngradeAction action, String version) {
        return DowngradeRequest.newBuilder()
                .setAction(action)
                .setVersion(version)
                .build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4", "3.4.0", "3.4.23", "3.4.0-rc.1"})
    void validate_theLevelBefore_answersTheClustersVersion(String target) {
        assertThat(Downgrades.answer(request(DowngradeRequest.DowngradeAction.VALIDATE, target))
                        .getVersion())
                .isEqualTo("3.5.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "3", "x", "3.4.0.0", "v3.4"})
    void validate_noVersion_isRefused(String target) {
        assertThatThrownBy(() -> Downgrades.answer(request(DowngradeRequest.DowngradeAction.VALIDATE, target)))
                .isInstanceOf(KvException.Rejected.class)
                .hasMessage("etcdserver: wrong downgrade target version format");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.5", "3.3", "4.4", "2.4.0"})
    void validate_anotherLevel_isRefused(String target) {
        assertThatThrownBy(() -> Downgrades.answer(request(DowngradeRequest.DowngradeAction.VALIDATE, target)))
                .hasMessage("etcdserver: invalid downgrade target version");
    }

    @Test
    void enable_evenTheLevelBefore_isRefused() {
        assertThatThrownBy(() -> Downgrades.answer(request(DowngradeRequest.DowngradeAction.ENABLE, "3.4")))
                .hasMessageStartingWith("lockstep: there is no older level");
    }

    @Test
    void cancel_nothingUnderWay_isRefused() {
        assertThatThrownBy(() -> Downgrades.answer(request(DowngradeRequest.DowngradeAction.CANCEL, "")))
                .hasMessage("etcdserver: no inflight downgrade job");
    }
}
