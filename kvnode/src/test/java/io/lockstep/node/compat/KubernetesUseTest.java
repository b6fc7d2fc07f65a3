package io.lockstep.node.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What an API server of Kubernetes asks of etcd: objects that are created, changed and deleted by comparison with their
 * revision, lists in pages of one revision, watches from there on, and compactions that several agree on by a key. First on
 * a real etcd, to see that the test expects the right things.
 */
class KubernetesUseTest {
    private static final String PODS = "/registry/pods/default/";

    @Test
    void objects_onEtcd_areKept() throws Exception {
        try (ServerProcess server = EtcdServer.start(Servers.etcdOrSkip())) {
            objects(server);
        }
    }

    @Test
    void objects_onLockstep_areKeptTheSame() throws Exception {
        try (ServerProcess server = Servers.startLockstepOrSkip()) {
            objects(server);
        }
    }

    private static void objects(ServerProcess server) throws Exception {
        try (Client client =
                Client.builder().endpoints("http://" + server.endpoint()).build()) {
            KV kv = client.getKVClient();
            createUpdateDelete(kv);
            long listedAt = listInPages(kv);
            watchBehindTheList(client, listedAt);
            compactOnceBetweenSeveral(kv);
            status(client, server);
        }
    }

    private static void createUpdateDelete(KV kv) throws Exception {
        String pod = PODS + "web";
        assertThat(create(kv, pod, "v1").isSucceeded()).isTrue();
        TxnResponse second = create(kv, pod, "other");
        assertThat(second.isSucceeded()).isFalse();
        KeyValue there = onlyOne(second);
        assertThat(text(there.getValue())).isEqualTo("v1");

        assertThat(update(kv, pod, "v2", there.getModRevision()).isSucceeded()).isTrue();
        // Whoever knew an older one is told of the newer one in the same answer.
        TxnResponse late = update(kv, pod, "v2 as well", there.getModRevision());
        assertThat(late.isSucceeded()).isFalse();
        KeyValue newer = onlyOne(late);
        assertThat(text(newer.getValue())).isEqualTo("v2");
        assertThat(newer.getVersion()).isEqualTo(2);

        assertThat(delete(kv, pod, there.getModRevision()).isSucceeded()).isFalse();
        TxnResponse deleted = delete(kv, pod, newer.getModRevision());
        assertThat(deleted.isSucceeded()).isTrue();
        assertThat(text(deleted.getDeleteResponses().get(0).getPrevKvs().get(0).getValue()))
                .isEqualTo("v2");
        assertThat(done(kv.get(bytes(pod))).getCount()).isZero();
    }

    private static TxnResponse create(KV kv, String key, String value) throws Exception {
        return update(kv, key, value, 0);
    }

    private static TxnResponse update(KV kv, String key, String value, long expected) throws Exception {
        return done(kv.txn()
                .If(new Cmp(bytes(key), Cmp.Op.EQUAL, CmpTarget.modRevision(expected)))
                .Then(Op.put(bytes(key), bytes(value), PutOption.DEFAULT))
                .Else(Op.get(bytes(key), GetOption.DEFAULT))
                .commit());
    }

    private static TxnResponse delete(KV kv, String key, long expected) throws Exception {
        return done(kv.txn()
                .If(new Cmp(bytes(key), Cmp.Op.EQUAL, CmpTarget.modRevision(expected)))
                .Then(Op.delete(
                        bytes(key), DeleteOption.builder().withPrevKV(true).build()))
                .Else(Op.get(bytes(key), GetOption.DEFAULT))
                .commit());
    }

    /** The second page is of the first one's revision, whatever was written between; counts tell what remains. */
    private static long listInPages(KV kv) throws Exception {
        for (int i = 0; i < 5; i++) {
            create(kv, PODS + i, "pod " + i);
        }
        ByteSequence end = bytes("/registry/pods/default0");
        GetResponse first = done(kv.get(
                bytes(PODS), GetOption.builder().withRange(end).withLimit(2).build()));
        assertThat(keys(first)).containsExactly(PODS + "0", PODS + "1");
        assertThat(first.isMore()).isTrue();
        assertThat(first.getCount()).isEqualTo(5);
        long revision = first.getHeader().getRevision();
        create(kv, PODS + "2-later", "not in this list");
        delete(kv, PODS + "4", onlyRevision(kv, PODS + "4"));

        GetResponse second = done(kv.get(
                bytes(PODS + "1\0"),
                GetOption.builder()
                        .withRange(end)
                        .withLimit(10)
                        .withRevision(revision)
                        .build()));
        assertThat(keys(second)).containsExactly(PODS + "2", PODS + "3", PODS + "4");
        assertThat(second.isMore()).isFalse();
        assertThat(second.getCount()).isEqualTo(3);
        assertThat(second.getHeader().getRevision()).isEqualTo(revision + 2);
        return revision;
    }

    private static void watchBehindTheList(Client client, long listedAt) throws Exception {
        List<WatchResponse> answers = new CopyOnWriteArrayList<>();
        WatchOption option = WatchOption.builder()
                .isPrefix(true)
                .withRevision(listedAt + 1)
                .withPrevKV(true)
                .withProgressNotify(true)
                .withRequireLeader(true)
                .build();
        try (Watch.Watcher watcher = client.getWatchClient().watch(bytes(PODS), option, answers::add)) {
            await().until(() -> events(answers).size() == 2);
            List<WatchEvent> missed = events(answers);
            assertThat(text(missed.get(0).getKeyValue().getKey())).isEqualTo(PODS + "2-later");
            assertThat(missed.get(1).getEventType()).isEqualTo(WatchEvent.EventType.DELETE);
            assertThat(missed.get(1).getKeyValue().getModRevision()).isEqualTo(listedAt + 2);
            assertThat(text(missed.get(1).getPrevKV().getValue())).isEqualTo("pod 4");

            // A cache that is asked for the newest state learns by progress that it has it, without any event.
            long elsewhere = done(client.getKVClient().put(bytes("/registry/nodes/n"), bytes("up")))
                    .getHeader()
                    .getRevision();
            await().pollInterval(50, TimeUnit.MILLISECONDS).until(() -> {
                watcher.requestProgress();
                return answers.stream()
                        .anyMatch(answer ->
                                answer.isProgressNotify() && answer.getHeader().getRevision() >= elsewhere);
            });
            assertThat(events(answers)).hasSize(2);
        }
    }

    /** Whoever moves the key on compacts; the others take the revision from it. */
    private static void compactOnceBetweenSeveral(KV kv) throws Exception {
        ByteSequence key = bytes("compact_rev_key");
        long revision = done(kv.get(bytes(PODS))).getHeader().getRevision();
        List<CompletableFuture<TxnResponse>> both = new ArrayList<>();
        for (int server = 0; server < 2; server++) {
            both.add(kv.txn()
                    .If(new Cmp(key, Cmp.Op.EQUAL, CmpTarget.version(0)))
                    .Then(Op.put(key, bytes(Long.toString(revision)), PutOption.DEFAULT))
                    .Else(Op.get(key, GetOption.DEFAULT))
                    .commit());
        }
        List<TxnResponse> answers = List.of(done(both.get(0)), done(both.get(1)));
        assertThat(answers).extracting(TxnResponse::isSucceeded).containsExactlyInAnyOrder(true, false);
        TxnResponse loser = answers.stream()
                .filter(answer -> !answer.isSucceeded())
                .findFirst()
                .orElseThrow();
        assertThat(text(onlyOne(loser).getValue())).isEqualTo(Long.toString(revision));

        done(kv.compact(revision));
        assertThatThrownBy(() -> done(kv.compact(revision)))
                .hasMessageContaining("etcdserver: mvcc: required revision has been compacted");
        assertThatThrownBy(() -> done(kv.get(
                        bytes(PODS),
                        GetOption.builder()
                                .isPrefix(true)
                                .withRevision(revision - 1)
                                .build())))
                .hasMessageContaining("etcdserver: mvcc: required revision has been compacted");
    }

    private static void status(Client client, ServerProcess server) throws Exception {
        String version = done(client.getMaintenanceClient().statusMember("http://" + server.endpoint()))
                .getVersion();
        // From 3.5.13 on an API server trusts progress notifications, and lists from its cache.
        assertThat(version).matches("3\\.5\\.(1[3-9]|[2-9]\\d)");
        HttpResponse<String> health = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://" + server.endpoint() + "/health"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.body()).contains("\"health\":\"true\"");
    }

    private static long onlyRevision(KV kv, String key) throws Exception {
        return done(kv.get(bytes(key))).getKvs().get(0).getModRevision();
    }

    private static KeyValue onlyOne(TxnResponse refused) {
        return refused.getGetResponses().get(0).getKvs().get(0);
    }

    private static List<WatchEvent> events(List<WatchResponse> answers) {
        return answers.stream().flatMap(answer -> answer.getEvents().stream()).toList();
    }

    private static List<String> keys(GetResponse response) {
        return response.getKvs().stream().map(kv -> text(kv.getKey())).toList();
    }

    private static <T> T done(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    private static String text(ByteSequence bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
