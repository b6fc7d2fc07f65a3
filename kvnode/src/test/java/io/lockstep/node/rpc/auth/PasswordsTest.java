package io.lockstep.node.rpc.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class PasswordsTest {
    private static long later() {
        return System.nanoTime() + 60_000_000_000L;
    }

    private static boolean matches(Passwords passwords, String password, String hash) {
        return passwords
                .matches(password, ByteString.copyFromUtf8(hash), later())
                .join();
    }

    @Test
    void password_ofUpTo72Bytes_countsWhole() {
        try (Passwords passwords = new Passwords(4)) {
            for (String password : List.of("", "p", "\u00e4\u00f6", "x".repeat(71), "x".repeat(72))) {
                String hash = passwords.hash(password, later()).join();
                assertThat(hash).startsWith("$2a$04$").hasSize(60);
                assertThat(matches(passwords, password, hash)).isTrue();
                assertThat(matches(passwords, password + "y", hash)).isFalse();
            }
            String hash = passwords.hash("x".repeat(71) + "y", later()).join();
            assertThat(matches(passwords, "x".repeat(72), hash)).isFalse();
            assertThatThrownBy(() -> passwords.hash("x".repeat(73), later()).join())
                    .hasMessageContaining("72 bytes");
        }
    }

    @Test
    void userUnknown_isComparedAndRefused() {
        try (Passwords passwords = new Passwords(4)) {
            assertThat(passwords.matches("p", null, later()).join()).isFalse();
        }
    }

    @Test
    void work_beyondTheQueue_isRefusedAndWhatIsLateIsNotDone() {
        try (Passwords passwords = new Passwords(14)) {
            List<CompletableFuture<String>> slow = new ArrayList<>();
            for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
                slow.add(passwords.hash("p", later()));
            }
            List<CompletableFuture<String>> all = new ArrayList<>();
            for (int i = 0; i < Passwords.MAX_WAITING + 10; i++) {
                all.add(passwords.hash("p", System.nanoTime()));
            }
            List<KvError> errors = all.stream().map(PasswordsTest::errorOf).toList();
            assertThat(errors).contains(KvError.TOO_MANY_REQUESTS).doesNotContainNull();
            assertThat(errors).containsOnly(KvError.TOO_MANY_REQUESTS, KvError.TIMEOUT);
            assertThat(slow).allSatisfy(hash -> assertThat(hash.join()).startsWith("$2a$14$"));
        }
    }

    private static KvError errorOf(CompletableFuture<String> future) {
        try {
            future.join();
            return null;
        } catch (CompletionException e) {
            return ((KvException) e.getCause()).error();
        }
    }
}
