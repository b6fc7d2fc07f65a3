package io.lockstep.node.apply;

import static io.lockstep.node.apply.StateHarness.bytes;
import static io.lockstep.node.apply.StateHarness.delete;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.lockstep.api.LeaseGrantRequest;
import io.lockstep.api.LeaseRevokeRequest;
import io.lockstep.api.PutRequest;
import io.lockstep.node.error.KvError;
import io.lockstep.proto.log.Command;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lease takes only as much as its revoke can delete in one command. */
class LeaseLimitTest {
    @TempDir
    Path temp;

    private StateHarness open(long commandChangeBytes) {
        return new StateHarness(
                temp.resolve("state"),
                new StateLimits(
                        1 << 20,
                        1000,
                        commandChangeBytes,
                        64 << 20,
                        100_000,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(60),
                        8 << 20,
                        4 << 20,
                        8));
    }

    private static Command.Builder grant() {
        return Command.newBuilder()
                .setLeaseGrant(LeaseGrantRequest.newBuilder().setID(7).setTTL(60));
    }

    private static Command.Builder revoke() {
        return Command.newBuilder()
                .setLeaseRevoke(LeaseRevokeRequest.newBuilder().setID(7));
    }

    private static Command.Builder put(ByteString key, int valueBytes, long lease) {
        return Command.newBuilder()
                .setPut(PutRequest.newBuilder()
                        .setKey(key)
                        .setValue(ByteString.copyFrom(new byte[valueBytes]))
                        .setLease(lease));
    }

    /** Keys of zero bytes are written twice as long: the worst that a key can cost. */
    private static ByteString zeros(int number) {
        return ByteString.copyFrom(new byte[10 + number]);
    }

    @Test
    void fullLease_refusesOneMoreAndIsRevokedWhole() {
        try (StateHarness node = open(20_000)) {
            node.run(grant());
            int attached = 0;
            while (node.run(put(zeros(attached), 100, 7)).rejection() == null) {
                attached++;
            }
            assertThat(node.results.get(node.results.size() - 1).rejection()).isEqualTo(KvError.LEASE_FULL);
            assertThat(attached).isGreaterThan(10);

            CommandResult revoked = node.run(revoke());
            assertThat(revoked.rejection()).isNull();
            assertThat(revoked.revision()).isEqualTo(attached + 2L);
        }
    }

    @Test
    void roomOfKeysThatLeave_isFreeAgain() {
        try (StateHarness node = open(20_000)) {
            node.run(grant());
            for (int round = 0; round < 200; round++) {
                assertThat(node.run(put(bytes("deleted"), round, 7)).rejection())
                        .isNull();
                assertThat(node.run(put(bytes("let go"), 2 * round, 7)).rejection())
                        .isNull();
                assertThat(node.run(put(bytes("stays"), round % 7, 7)).rejection())
                        .isNull();
                node.run(delete("deleted"));
                node.run(put(bytes("let go"), round, 0));
            }
            assertThat(node.run(revoke()).rejection()).isNull();
        }
    }

    @Test
    void valueThatGrowsBeyondTheRoom_isRefused() {
        try (StateHarness node = open(20_000)) {
            node.run(grant());
            node.run(put(bytes("a"), 9_000, 7));
            node.run(put(bytes("b"), 10, 7));
            assertThat(node.run(put(bytes("b"), 10_400, 7)).rejection()).isEqualTo(KvError.LEASE_FULL);
            assertThat(node.run(revoke()).rejection()).isNull();
        }
    }
}
