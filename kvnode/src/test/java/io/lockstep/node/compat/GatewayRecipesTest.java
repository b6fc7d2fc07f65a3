package io.lockstep.node.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Leases, locks and elections over the JSON gateway are answered as by a real etcd, codes and texts included. */
class GatewayRecipesTest {
    private static final List<String> STEPS = List.of(
            "lease/grant {\"TTL\":600,\"ID\":\"77\"}",
            "lease/grant {\"TTL\":\"600\",\"ID\":77}",
            "lease/grant {\"TTL\":600,\"ID\":\"-5\"}",
            "lease/grant {\"TTL\":9000000001}",
            "kv/put {\"key\":\"YQ==\",\"value\":\"MQ==\",\"lease\":\"77\"}",
            "kv/range {\"key\":\"YQ==\"}",
            "lease/timetolive {\"ID\":77,\"keys\":true}",
            "kv/lease/timetolive {\"ID\":4711}",
            "lease/keepalive {\"ID\":77}",
            "lease/keepalive {\"ID\":77}{\"ID\":\"-5\"}{\"ID\":4711}",
            "lease/leases {}",
            "lease/revoke {\"ID\":\"-5\"}",
            "kv/lease/revoke {\"ID\":\"-5\"}",
            "election/leader {\"name\":\"Zm9v\"}",
            "election/proclaim {\"value\":\"Zm9v\"}",
            "election/resign {}",
            "election/resign {\"leader\":{}}",
            "election/campaign {\"name\":\"Zm9v\",\"lease\":\"4711\"}",
            "election/campaign {\"name\":\"Zm9v\",\"lease\":\"77\",\"value\":\"MQ==\"}",
            "election/campaign {\"name\":\"Zm9v\",\"lease\":\"77\",\"value\":\"Mg==\"}",
            "election/leader {\"name\":\"Zm9v\"}",
            "election/proclaim {\"leader\":{\"name\":\"YQ==\",\"key\":\"YQ==\",\"rev\":\"7\",\"lease\":\"9\"}}",
            "election/resign {\"leader\":{\"name\":\"YQ==\",\"key\":\"YQ==\",\"rev\":\"7\",\"lease\":\"9\"}}",
            "lock/lock {\"name\":\"Zm9v\",\"lease\":\"4711\"}",
            "lock/lock {\"name\":\"bG9jaw==\",\"lease\":\"77\"}",
            "lock/lock {\"name\":\"bG9jaw==\",\"lease\":\"77\"}",
            "lock/unlock {\"key\":\"bG9jay80ZA==\"}",
            "lock/unlock {\"key\":\"bG9jay80ZA==\"}",
            "lock/unlock {}",
            "lease/revoke {\"ID\":\"77\"}",
            "kv/range {\"key\":\"AA==\",\"range_end\":\"AA==\"}");

    @Test
    void everyStep_isAnsweredTheSame() throws Exception {
        List<String> differences = new ArrayList<>();
        try (ServerProcess oracle = EtcdServer.start(Servers.etcdOrSkip());
                ServerProcess subject = Servers.startSubject()) {
            for (String step : STEPS) {
                String expected = answer(oracle, step);
                String actual = answer(subject, step);
                if (!expected.equals(actual)) {
                    differences.add(step + "\n  " + expected + "\n  " + actual);
                }
            }
        }
        assertThat(differences).as("\n" + String.join("\n", differences)).isEmpty();
    }

    private static String answer(ServerProcess server, String step) throws Exception {
        String[] parts = step.split(" ", 2);
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + server.endpoint() + "/v3/" + parts[0]))
                .timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofString(parts[1]))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        String body = answer.body()
                .replaceAll("\\s", "")
                .replaceAll("\"(cluster_id|member_id|raft_term)\":\"\\d+\"", "\"$1\":N")
                .replaceAll("\"(served|staleness_millis)\":\"?\\w+\"?,?", "")
                .replaceAll("\"(TTL)\":\"59\\d\"", "\"$1\":\"600\"")
                .replace(",}", "}");
        return answer.statusCode() + " " + body;
    }
}
