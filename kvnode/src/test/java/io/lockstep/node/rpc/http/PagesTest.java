package io.lockstep.node.rpc.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.api.AlarmMember;
import io.lockstep.api.AlarmType;
import io.lockstep.node.error.KvError;
import io.lockstep.node.rpc.port.TestPort;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Health, version and metrics; bodies and codes as etcd 3.5.30 gave them. */
class PagesTest {
    private TestPort port;

    @BeforeEach
    void start() throws Exception {
        port = new TestPort();
    }

    @AfterEach
    void stop() {
        port.close();
    }

    @Test
    void health_allWell_saysTrueAsText() throws Exception {
        answers("/health", 200, "{\"health\":\"true\",\"reason\":\"\"}");
        assertThat(port.node.gates).hasValue(1);
        answers("/health?serializable=true", 200, "{\"health\":\"true\",\"reason\":\"\"}");
        assertThat(port.node.gates).hasValue(1);
    }

    @Test
    void health_noLeader_saysSoUnlessSerializable() throws Exception {
        port.node.leader = 0;

        answers("/health", 503, "{\"health\":\"false\",\"reason\":\"RAFT NO LEADER\"}");
        answers("/health?serializable=true", 200, "{\"health\":\"true\",\"reason\":\"\"}");
    }

    @Test
    void health_gateClosed_saysWhy() throws Exception {
        port.node.gateFailure = KvError.TIMEOUT;

        answers("/health", 503, "{\"health\":\"false\",\"reason\":\"QGET ERROR:etcdserver: request timed out\"}");
    }

    @Test
    void health_alarm_saysWhichUnlessExcluded() throws Exception {
        port.node.alarms =
                List.of(AlarmMember.newBuilder().setAlarm(AlarmType.NOSPACE).build());

        answers("/health", 503, "{\"health\":\"false\",\"reason\":\"ALARM NOSPACE\"}");
        answers("/health?exclude=NOSPACE", 200, "{\"health\":\"true\",\"reason\":\"\"}");
    }

    @Test
    void probes_allWell_sayOk() throws Exception {
        answers("/livez", 200, "ok\n");
        answers("/livez?verbose", 200, "[+]serializable_read ok\nok\n");
        answers("/readyz", 200, "ok\n");
        answers("/readyz/non_learner", 200, "ok\n");
        answers(
                "/readyz?verbose",
                200,
                "[+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\n[+]non_learner ok\nok\n");
    }

    @Test
    void readyz_failing_saysWhichUnlessExcluded() throws Exception {
        port.node.gateFailure = KvError.NO_LEADER;
        port.node.learner = true;
        port.node.alarms =
                List.of(AlarmMember.newBuilder().setAlarm(AlarmType.CORRUPT).build());

        answers(
                "/readyz",
                503,
                "[-]data_corruption failed: alarm activated: CORRUPT\n[+]serializable_read ok\n"
                        + "[-]linearizable_read failed: etcdserver: no leader\n"
                        + "[-]non_learner failed: not supported for learner\n\n");
        answers("/readyz?exclude=linearizable_read&exclude=non_learner&exclude=data_corruption", 200, "ok\n");
        answers("/livez", 200, "ok\n");
    }

    @Test
    void version_hasBothTriplesAndOurs() throws Exception {
        answers("/version", 200, "{\"etcdserver\":\"3.5.30\",\"etcdcluster\":\"3.5.0\",\"lockstep\":\"0.1.0-test\"}");
        assertThat(port.get("/version").headers().firstValue("content-type")).contains("application/json");
    }

    @Test
    void otherMethods_areNotAllowed() throws Exception {
        for (String path : List.of("/health", "/livez", "/readyz", "/version")) {
            HttpResponse<String> answer = port.post(path, "x");
            assertThat(answer.statusCode()).isEqualTo(405);
            assertThat(answer.body()).isEqualTo("Method Not Allowed\n");
            assertThat(answer.headers().firstValue("allow")).contains("GET");
        }
        HttpResponse<String> head = port.send("HEAD", "/health", "");
        assertThat(head.statusCode()).isEqualTo(405);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void unknownPath_isNotFoundAsText() throws Exception {
        answers("/", 404, "404 page not found\n");
        answers("/v3alpha/kv/range", 404, "404 page not found\n");
        answers("/livez/linearizable_read", 404, "404 page not found\n");
    }

    @Test
    void metrics_haveEtcdsNamesAndCountCalls() throws Exception {
        port.post("/v3/kv/put", "{\"key\":\"Zm9v\"}");
        port.post("/v3/kv/put", "{}");

        HttpResponse<String> answer = port.get("/metrics");

        assertThat(answer.headers().firstValue("content-type").orElse("")).startsWith("text/plain; version=0.0.4");
        assertThat(answer.body())
                .contains("\netcd_server_has_leader 1.0\n")
                .contains("\netcd_server_is_leader 1.0\n")
                .contains("\netcd_server_leader_changes_seen_total 2.0\n")
                .contains("\netcd_server_proposals_committed_total 12.0\n")
                .contains("\netcd_server_proposals_applied_total 11.0\n")
                .contains("\netcd_mvcc_db_total_size_in_bytes 20480.0\n")
                .contains("\netcd_mvcc_db_total_size_in_use_in_bytes 16384.0\n")
                .contains("etcd_server_version{server_version=\"3.5.30\"} 1.0\n")
                .contains("grpc_server_handled_total{grpc_code=\"OK\",grpc_method=\"Put\","
                        + "grpc_service=\"etcdserverpb.KV\",grpc_type=\"unary\"} 1.0\n")
                .contains("grpc_server_handled_total{grpc_code=\"InvalidArgument\",grpc_method=\"Put\","
                        + "grpc_service=\"etcdserverpb.KV\",grpc_type=\"unary\"} 1.0\n")
                .contains("grpc_server_started_total{grpc_method=\"Put\","
                        + "grpc_service=\"etcdserverpb.KV\",grpc_type=\"unary\"} 2.0\n");
    }

    private void answers(String path, int status, String body) throws Exception {
        HttpResponse<String> answer = port.get(path);
        assertThat(answer.body()).isEqualTo(body);
        assertThat(answer.statusCode()).isEqualTo(status);
    }
}
