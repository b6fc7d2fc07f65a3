package io.lockstep.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * High availability as tools for databases make it, over the JSON gateway and nothing else: a key with a lease names the
 * primary, which keeps it alive; the others watch it and take over when it goes.
 */
class LeaderElectionOverJsonTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String KEY = base64("/service/db/leader");

    private static EmbeddedCluster cluster;
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeAll
    static void start() {
        cluster = EmbeddedCluster.start(3);
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static HttpRequest request(int node, String path, String body) {
        return HttpRequest.newBuilder(URI.create(cluster.endpoint(node) + "/v3/" + path))
                .timeout(Duration.ofSeconds(10))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    /** The answer's body; a refusal's is one too. */
    private static String post(int node, String path, String body) {
        try {
            return HTTP.send(request(node, path, body), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String field(String body, String name) {
        Matcher value = Pattern.compile("\"" + name + "\":\\s*\"([^\"]*)\"").matcher(body);
        return value.find() ? value.group(1) : "";
    }

    private static String grant(int node) {
        return field(post(node, "lease/grant", "{\"TTL\":3}"), "ID");
    }

    /** Takes the key if it is not there; whether that succeeded. */
    private static boolean take(int node, String name, String lease) {
        String answer = post(
                node,
                "kv/txn",
                "{\"compare\":[{\"key\":\"" + KEY
                        + "\",\"target\":\"CREATE\",\"result\":\"EQUAL\",\"create_revision\":0}],"
                        + "\"success\":[{\"request_put\":{\"key\":\"" + KEY + "\",\"value\":\"" + base64(name)
                        + "\",\"lease\":\"" + lease + "\"}}]}");
        return answer.contains("\"succeeded\":true");
    }

    private static String primary(int node) {
        String answer = post(node, "kv/range", "{\"key\":\"" + KEY + "\"}");
        String value = field(answer, "value");
        return new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
    }

    private static boolean keepAlive(int node, String lease) {
        return !field(post(node, "lease/keepalive", "{\"ID\":\"" + lease + "\"}"), "TTL")
                .isEmpty();
    }

    private static List<String> watch(int node) {
        List<String> lines = new CopyOnWriteArrayList<>();
        HttpRequest request = HttpRequest.newBuilder(URI.create(cluster.endpoint(node) + "/v3/watch"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"create_request\":{\"key\":\"" + KEY + "\"}}"))
                .build();
        CompletableFuture<HttpResponse<Stream<String>>> stream =
                HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofLines());
        var unused = stream.thenAcceptAsync(answer -> answer.body().forEach(lines::add));
        await().atMost(PATIENCE).until(() -> lines.stream().anyMatch(line -> line.contains("\"created\":true")));
        return lines;
    }

    @Test
    void holderThatIsGone_isSucceededByTheOneThatWatches() {
        String leaseOfOne = grant(0);
        assertThat(take(0, "one", leaseOfOne)).isTrue();
        List<String> seenByTwo = watch(1);
        String leaseOfTwo = grant(1);
        assertThat(take(1, "two", leaseOfTwo)).isFalse();

        long begun = System.nanoTime();
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).until(() -> {
            assertThat(keepAlive(0, leaseOfOne)).isTrue();
            assertThat(keepAlive(1, leaseOfTwo)).isTrue();
            return System.nanoTime() - begun > Duration.ofSeconds(6).toNanos();
        });
        assertThat(primary(2)).isEqualTo("one");
        assertThat(seenByTwo).noneMatch(line -> line.contains("DELETE"));

        // The first one is heard of no more.
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).until(() -> {
            assertThat(keepAlive(1, leaseOfTwo)).isTrue();
            return seenByTwo.stream().anyMatch(line -> line.contains("DELETE"));
        });
        assertThat(take(1, "two", leaseOfTwo)).isTrue();
        assertThat(primary(0)).isEqualTo("two");
        assertThat(keepAlive(0, leaseOfOne)).isFalse();
        assertThat(take(0, "one", grant(0))).isFalse();
        await().atMost(PATIENCE).until(() -> seenByTwo.stream().anyMatch(line -> line.contains(base64("two"))));
    }
}
