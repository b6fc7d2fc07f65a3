package io.lockstep.node.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.common.exception.CompactedException;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** jetcd watches; first on a real etcd, to see that the test expects the right things. */
class JetcdWatchTest {
    @Test
    void watches_onEtcd_hearWhatTheyHear() throws Exception {
        try (ServerProcess server = EtcdServer.start(Servers.etcdOrSkip())) {
            watches(server);
        }
    }

    @Test
    void watches_onLockstep_hearTheSame() throws Exception {
        try (ServerProcess server = Servers.startLockstepOrSkip()) {
            watches(server);
        }
    }

    private static void watches(ServerProcess server) throws Exception {
        try (Client client =
                Client.builder().endpoints("http://" + server.endpoint()).build()) {
            liveAndHistory(client);
            compacted(client);
            manyOnOneClient(client);
        }
    }

    private static void liveAndHistory(Client client) throws Exception {
        KV kv = client.getKVClient();
        long first = kv.put(bytes("w/a"), bytes("1"))
                .get(10, TimeUnit.SECONDS)
                .getHeader()
                .getRevision();
        List<WatchEvent> events = new CopyOnWriteArrayList<>();
        WatchOption option = WatchOption.builder()
                .isPrefix(true)
                .withRevision(first)
                .withPrevKV(true)
                .build();
        try (Watch.Watcher ignored = client.getWatchClient()
                .watch(bytes("w/"), option, (WatchResponse answer) -> events.addAll(answer.getEvents()))) {
            await().until(() -> events.size() == 1);
            kv.put(bytes("w/a"), bytes("2")).get(10, TimeUnit.SECONDS);
            kv.put(bytes("x"), bytes("not watched")).get(10, TimeUnit.SECONDS);
            kv.delete(bytes("w/a")).get(10, TimeUnit.SECONDS);
            await().until(() -> events.size() == 3);
        }
        assertThat(events)
                .extracting(WatchEvent::getEventType)
                .containsExactly(WatchEvent.EventType.PUT, WatchEvent.EventType.PUT, WatchEvent.EventType.DELETE);
        assertThat(events.get(1).getPrevKV().getValue()).isEqualTo(bytes("1"));
        assertThat(events.get(2).getKeyValue().getModRevision()).isEqualTo(first + 3);
    }

    private static void compacted(Client client) throws Exception {
        KV kv = client.getKVClient();
        long revision = kv.put(bytes("c"), bytes("1"))
                .get(10, TimeUnit.SECONDS)
                .getHeader()
                .getRevision();
        kv.compact(revision).get(10, TimeUnit.SECONDS);
        List<Throwable> errors = new CopyOnWriteArrayList<>();
        WatchOption option = WatchOption.builder().withRevision(1).build();
        try (Watch.Watcher ignored =
                client.getWatchClient().watch(bytes("c"), option, Watch.listener(answer -> {}, errors::add))) {
            await().until(() -> !errors.isEmpty());
        }
        assertThat(errors.get(0)).isInstanceOf(CompactedException.class);
        assertThat(((CompactedException) errors.get(0)).getCompactedRevision()).isEqualTo(revision);
    }

    /** Each of jetcd's watchers is a stream of its own. */
    private static void manyOnOneClient(Client client) throws Exception {
        long from = client.getKVClient()
                .put(bytes("m"), bytes("1"))
                .get(10, TimeUnit.SECONDS)
                .getHeader()
                .getRevision();
        List<WatchEvent> events = new CopyOnWriteArrayList<>();
        List<Watch.Watcher> watchers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            WatchOption option = WatchOption.builder().withRevision(from).build();
            watchers.add(client.getWatchClient()
                    .watch(bytes("m/" + i), option, (WatchResponse answer) -> events.addAll(answer.getEvents())));
        }
        for (int i = 0; i < 100; i++) {
            client.getKVClient().put(bytes("m/" + i), bytes("1")).get(10, TimeUnit.SECONDS);
        }
        await().until(() -> events.size() == 100);
        watchers.forEach(Watch.Watcher::close);
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }
}
