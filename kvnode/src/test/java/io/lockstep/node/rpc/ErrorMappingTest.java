package io.lockstep.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorMappingTest {
    @ParameterizedTest
    @EnumSource(KvError.class)
    void everyError_ofEveryKind_keepsItsCodeAndText(KvError error) {
        for (KvException failure : new KvException[] {
            new KvException.Rejected(error), new KvException.Failed(error), new KvException.Unknown(error)
        }) {
            Status status = ErrorMapping.toStatus(new CompletionException(failure), "test");

            assertThat(status.getCode().value()).isEqualTo(error.code().number());
            assertThat(status.getDescription()).isEqualTo(error.text());
        }
    }

    @ParameterizedTest
    @EnumSource(KvError.Code.class)
    void everyCode_isTheOneOfItsName(KvError.Code code) {
        assertThat(Status.fromCodeValue(code.number()).getCode().name()).isEqualTo(code.name());
    }

    @Test
    void cancelledFuture_isCancelled() {
        assertThat(ErrorMapping.toStatus(new CancellationException(), "test"))
                .isEqualTo(ErrorMapping.of(KvError.CANCELLED));
    }

    @Test
    void bug_isInternalWithoutItsText() {
        Status status = ErrorMapping.toStatus(new IllegalStateException("secret value"), "test");

        assertThat(status.getCode()).isEqualTo(Status.Code.INTERNAL);
        assertThat(status.getDescription()).doesNotContain("secret");
    }
}
