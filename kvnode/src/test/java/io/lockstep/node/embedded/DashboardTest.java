package io.lockstep.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The dashboard asks for nothing that a node does not tell. */
class DashboardTest {
    private static final Path FILE = Path.of("..", "docs", "grafana-dashboard.json");
    private static final Pattern METRIC = Pattern.compile("\\b(?:etcd|lockstep|grpc_server)_[a-z_]+");
    private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z_]+)[{ ]");

    /** Of snapshots there is nothing to tell before the first. */
    private static final Pattern OF_SNAPSHOTS = Pattern.compile("lockstep_snapshot_(save|install)_duration_seconds_.*");

    private static Set<String> asked() throws Exception {
        JsonObject dashboard = JsonParser.parseString(Files.readString(FILE)).getAsJsonObject();
        Set<String> names = new TreeSet<>();
        collect(dashboard, names);
        return names;
    }

    private static void collect(JsonElement element, Set<String> names) {
        if (element instanceof JsonObject object) {
            object.asMap().values().forEach(value -> collect(value, names));
        } else if (element instanceof JsonArray array) {
            array.forEach(value -> collect(value, names));
        } else if (element.isJsonPrimitive()) {
            Matcher metric = METRIC.matcher(element.getAsString());
            while (metric.find()) {
                names.add(metric.group());
            }
        }
    }

    private static Set<String> told(HttpClient http, String endpoint) throws Exception {
        String page = http.send(
                        HttpRequest.newBuilder(URI.create(endpoint + "/metrics"))
                                .timeout(Duration.ofSeconds(20))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        Set<String> names = new HashSet<>();
        Matcher sample = SAMPLE.matcher(page);
        while (sample.find()) {
            names.add(sample.group(1));
        }
        return names;
    }

    @Test
    void everyMetricOfTheDashboard_isToldByALeader() throws Exception {
        Set<String> asked = asked();
        assertThat(asked).hasSizeGreaterThan(30).contains("etcd_server_has_leader", "lockstep_member_lag_seconds");
        HttpClient http = HttpClient.newHttpClient();
        try (EmbeddedCluster cluster = EmbeddedCluster.start(3)) {
            int leader = cluster.awaitLeader();
            Calls.put(cluster.channel(leader), "k", "v");
            assertThat(Calls.get(cluster.channel(leader), "k")).isEqualTo("v");

            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                Set<String> missing = new TreeSet<>(asked);
                missing.removeAll(told(http, cluster.endpoint(leader)));
                missing.removeIf(name -> OF_SNAPSHOTS.matcher(name).matches());
                assertThat(missing).isEmpty();
            });
        }
    }
}
