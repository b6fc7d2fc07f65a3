package io.lockstep.node.rpc.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.node.error.KvError;
import io.lockstep.node.rpc.FakeNode;
import io.lockstep.node.rpc.port.TestPort;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The JSON gateway as a transcript. Codes and bodies are those that a running etcd 3.5.30 gave to the same requests,
 * except its random blanks after commas and what its JSON parser says of text that is no request.
 */
class GatewayTest {
    private static final String LINEARIZABLE = ",\"staleness_millis\":\"0\",\"served\":\"READ_PATH_LINEARIZABLE\"";
    private static final String STALE = ",\"staleness_millis\":\"7\",\"served\":\"READ_PATH_STALE\"";

    private static final String IDS = "\"cluster_id\":\"" + Long.toUnsignedString(FakeNode.CLUSTER_ID)
            + "\",\"member_id\":\"" + Long.toUnsignedString(FakeNode.MEMBER_ID) + "\"";

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
    void kv_putRangeDelete_readLikeEtcd() throws Exception {
        answers("kv/put", "{\"key\":\"Zm9v\",\"value\":\"YmFy\"}", 200, "{" + header(2) + "}");
        answers(
                "kv/range",
                "{\"key\":\"Zm9v\"}",
                200,
                "{" + readHeader(2, LINEARIZABLE)
                        + ",\"kvs\":[{\"key\":\"Zm9v\",\"create_revision\":\"2\",\"mod_revision\":\"2\","
                        + "\"version\":\"1\",\"value\":\"YmFy\"}],\"count\":\"1\"}");
        answers(
                "kv/put",
                "{\"key\":\"Zm9v\",\"value\":\"YQ==\",\"prev_kv\":true}",
                200,
                "{" + header(3) + ",\"prev_kv\":{\"key\":\"Zm9v\",\"create_revision\":\"2\",\"mod_revision\":\"2\","
                        + "\"version\":\"1\",\"value\":\"YmFy\"}}");
        answers("kv/deleterange", "{\"key\":\"Zm9v\"}", 200, "{" + header(4) + ",\"deleted\":\"1\"}");
        answers("kv/range", "{\"key\":\"Zm9v\"}", 200, "{" + readHeader(4, LINEARIZABLE) + "}");
    }

    @Test
    void fields_inBothCasesAndNumbersInBothForms_areTaken() throws Exception {
        port.post("/v3/kv/put", "{\"key\":\"YQ==\"}");
        port.post("/v3/kv/put", "{\"key\":\"Yg==\"}");
        String expected = ",\"more\":true,\"count\":\"2\"}";

        assertThat(post("kv/range", "{\"key\":\"YQ==\",\"range_end\":\"AA==\",\"limit\":\"1\"}")
                        .body())
                .endsWith(expected);
        assertThat(post("kv/range", "{\"key\":\"YQ==\",\"rangeEnd\":\"AA==\",\"limit\":1}")
                        .body())
                .endsWith(expected);
        assertThat(port.post("/v3beta/kv/range", "{\"key\":\"YQ\",\"range_end\":\"AA\",\"limit\":1,\"nope\":[1]}")
                        .body())
                .endsWith(expected);
    }

    @Test
    void txn_steps_areAnsweredInPlace() throws Exception {
        answers("kv/txn", "{}", 200, "{" + readHeader(1, LINEARIZABLE) + ",\"succeeded\":true}");
        assertThat(post("kv/txn", "{\"success\":[{\"requestPut\":{\"key\":\"YQ==\"}}]}")
                        .body())
                .isEqualTo("{" + header(2) + ",\"succeeded\":true,\"responses\":[{\"response_put\":{}}]}");
        answers("kv/txn", "{\"success\":[{}]}", 400, "{\"code\":3,\"message\":\"etcdserver: key not found\"}");
    }

    @Test
    void maintenanceAndCluster_readLikeEtcd() throws Exception {
        answers(
                "maintenance/status",
                "{}",
                200,
                "{" + readHeader(1, STALE) + ",\"version\":\"3.5.30\",\"dbSize\":\"20480\",\"leader\":\""
                        + Long.toUnsignedString(FakeNode.MEMBER_ID)
                        + "\",\"raftIndex\":\"12\",\"raftTerm\":\"3\",\"raftAppliedIndex\":\"11\",\"dbSizeInUse\":\"16384\","
                        + "\"lockstep_version\":\"0.1.0-test\"}");
        answers("maintenance/hashkv", "{}", 200, "{" + readHeader(1, STALE) + ",\"hash\":4026531841}");
        answers("maintenance/hash", "", 200, "{" + readHeader(1, STALE) + ",\"hash\":4026531841}");
        answers(
                "cluster/member/list",
                "{}",
                200,
                "{\"header\":{" + IDS + ",\"raft_term\":\"3\"},\"members\":[{\"ID\":\""
                        + Long.toUnsignedString(FakeNode.MEMBER_ID)
                        + "\",\"name\":\"one\",\"peerURLs\":[\"http://127.0.0.1:2380\"],"
                        + "\"clientURLs\":[\"http://127.0.0.1:2379\"]}]}");
    }

    @Test
    void errors_haveTheCodesOfEtcdsGateway() throws Exception {
        answers("kv/range", "", 400, "{\"code\":3,\"message\":\"etcdserver: key is not provided\"}");
        answers(
                "kv/range",
                "{\"key\":\"YQ==\",\"revision\":\"100\"}",
                400,
                "{\"code\":11,\"message\":\"etcdserver: mvcc: required revision is a future revision\"}");
        port.node.rejection = KvError.LEASE_NOT_FOUND;
        answers(
                "kv/put",
                "{\"key\":\"YQ==\"}",
                404,
                "{\"code\":5,\"message\":\"etcdserver: requested lease not found\"}");
        port.node.rejection = KvError.NO_SPACE;
        answers(
                "kv/put",
                "{\"key\":\"YQ==\"}",
                429,
                "{\"code\":8,\"message\":\"etcdserver: mvcc: database space exceeded\"}");
        port.node.writeFailure = KvError.TIMEOUT;
        answers("kv/put", "{\"key\":\"YQ==\"}", 503, "{\"code\":14,\"message\":\"etcdserver: request timed out\"}");
    }

    @Test
    void pathsAndMethods_thatDoNotExist_areRefusedAsByEtcd() throws Exception {
        answers("nope", "{}", 404, "{\"code\":5,\"message\":\"Not Found\"}");
        answers("kv/range/", "{}", 404, "{\"code\":5,\"message\":\"Not Found\"}");
        for (String method : new String[] {"GET", "PUT", "DELETE"}) {
            HttpResponse<String> answer = port.send(method, "/v3/kv/put", "");
            assertThat(answer.body()).isEqualTo("{\"code\":12,\"message\":\"Method Not Allowed\"}");
            assertThat(answer.statusCode()).isEqualTo(501);
        }
    }

    @Test
    void body_thatIsNoRequest_isRefusedInOneLine() throws Exception {
        for (String body : new String[] {
            "{", "[]", "\"x\"", "{\"key\":\"!!\"}", "{\"key\":5}", "{\"key\":\"YQ==\",\"limit\":\"x\"}", "nonsense"
        }) {
            HttpResponse<String> answer = post("kv/range", body);
            assertThat(answer.statusCode()).as(body).isEqualTo(400);
            assertThat(answer.body())
                    .startsWith("{\"code\":3,\"message\":\"the body is not a RangeRequest in JSON: ")
                    .doesNotContain("Exception")
                    .doesNotContain("\\n");
        }
        String deep = "{\"success\":[{\"requestTxn\":".repeat(500) + "{}" + "}]}".repeat(500);
        assertThat(post("kv/txn", deep).statusCode()).isEqualTo(400);
    }

    @Test
    void message_largerThanGrpcTakes_isRefusedAsThere() throws Exception {
        String value = "A".repeat((2 << 20) / 3 * 4 + 8);

        HttpResponse<String> answer = post("kv/put", "{\"key\":\"YQ==\",\"value\":\"" + value + "\"}");

        assertThat(answer.body()).contains("\"code\":8,\"message\":\"grpc: received message larger than max (");
        assertThat(answer.statusCode()).isEqualTo(429);
    }

    @Test
    void metadata_inHeaders_isHeeded() throws Exception {
        port.node.leader = 0;
        String body = "{\"key\":\"YQ==\",\"serializable\":true}";

        HttpResponse<String> answer = port.send("POST", "/v3/kv/range", body, "Grpc-Metadata-hasleader", "true");

        assertThat(answer.body()).isEqualTo("{\"code\":14,\"message\":\"etcdserver: no leader\"}");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(post("kv/range", body).statusCode()).isEqualTo(200);
    }

    @Test
    void otherOrigins_mayCallAsWithEtcd() throws Exception {
        HttpResponse<String> preflight = port.send("OPTIONS", "/v3/kv/range", "");
        assertThat(preflight.statusCode()).isEqualTo(200);
        assertThat(preflight.body()).isEmpty();
        assertThat(preflight.headers().firstValue("access-control-allow-origin"))
                .contains("*");
        HttpResponse<String> answer = post("kv/range", "{\"key\":\"YQ==\"}");
        assertThat(answer.headers().firstValue("access-control-allow-methods"))
                .contains("POST, GET, OPTIONS, PUT, DELETE");
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");
    }

    /** Of a read, with how stale it may be: fields that etcd does not have, at the end. */
    private static String readHeader(int revision, String served) {
        return header(revision).replace("}", served + "}");
    }

    private static String header(int revision) {
        return "\"header\":{" + IDS + ",\"revision\":\"" + revision + "\",\"raft_term\":\"3\"}";
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return port.post("/v3/" + path, body);
    }

    private void answers(String path, String body, int status, String expected) throws Exception {
        HttpResponse<String> answer = post(path, body);
        assertThat(answer.body()).isEqualTo(expected);
        assertThat(answer.statusCode()).isEqualTo(status);
    }
}
