package io.lockstep.node.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.DeleteResponse;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.PutResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.CompactOption;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** jetcd, the Java client of etcd, does its KV operations; first on a real etcd, to see that the test expects the right things. */
class JetcdTest {
    @Test
    void kvOperations_onEtcd_doWhatTheyDo() throws Exception {
        try (ServerProcess server = EtcdServer.start(Servers.etcdOrSkip())) {
            kvOperations(server);
        }
    }

    @Test
    void kvOperations_onLockstep_doTheSame() throws Exception {
        try (ServerProcess server = Servers.startLockstepOrSkip()) {
            kvOperations(server);
        }
    }

    private static void kvOperations(ServerProcess server) throws Exception {
        try (Client client =
                Client.builder().endpoints("http://" + server.endpoint()).build()) {
            KV kv = client.getKVClient();
            put(kv);
            get(kv);
            txn(kv);
            delete(kv);
            compact(kv);
        }
    }

    private static void put(KV kv) throws Exception {
        long first = done(kv.put(bytes("k/1"), bytes("one"))).getHeader().getRevision();
        PutResponse second = done(kv.put(
                bytes("k/1"), bytes("uno"), PutOption.builder().withPrevKV().build()));
        assertThat(second.getHeader().getRevision()).isEqualTo(first + 1);
        assertThat(text(second.getPrevKv().getValue())).isEqualTo("one");
        done(kv.put(bytes("k/2"), bytes("two")));
        done(kv.put(bytes("k/3"), bytes("three")));
        assertThatThrownBy(() -> done(kv.put(
                        bytes("k/1"),
                        bytes("x"),
                        PutOption.builder().withLeaseId(4711).build())))
                .hasMessageContaining("etcdserver: requested lease not found");
    }

    private static void get(KV kv) throws Exception {
        KeyValue one = done(kv.get(bytes("k/1"))).getKvs().get(0);
        assertThat(text(one.getValue())).isEqualTo("uno");
        assertThat(one.getVersion()).isEqualTo(2);
        assertThat(one.getModRevision()).isEqualTo(one.getCreateRevision() + 1);

        GetResponse limited = done(kv.get(
                bytes("k/"), GetOption.builder().isPrefix(true).withLimit(2).build()));
        assertThat(limited.getCount()).isEqualTo(3);
        assertThat(limited.isMore()).isTrue();
        assertThat(keys(limited)).containsExactly("k/1", "k/2");

        GetResponse sorted = done(kv.get(
                bytes("k/"),
                GetOption.builder()
                        .isPrefix(true)
                        .withSortField(GetOption.SortTarget.VALUE)
                        .withSortOrder(GetOption.SortOrder.DESCEND)
                        .build()));
        assertThat(sorted.getKvs().stream().map(kvPair -> text(kvPair.getValue())))
                .containsExactly("uno", "two", "three");

        GetResponse old = done(kv.get(
                bytes("k/1"),
                GetOption.builder().withRevision(one.getCreateRevision()).build()));
        assertThat(text(old.getKvs().get(0).getValue())).isEqualTo("one");

        GetResponse keysOnly = done(kv.get(
                bytes("k/2"),
                GetOption.builder()
                        .withRange(bytes("\0"))
                        .withKeysOnly(true)
                        .withSerializable(true)
                        .build()));
        assertThat(keys(keysOnly)).containsExactly("k/2", "k/3");
        assertThat(keysOnly.getKvs().get(0).getValue().isEmpty()).isTrue();

        GetResponse counted = done(kv.get(
                bytes("k/"),
                GetOption.builder().isPrefix(true).withCountOnly(true).build()));
        assertThat(counted.getCount()).isEqualTo(3);
        assertThat(counted.getKvs()).isEmpty();
    }

    private static void txn(KV kv) throws Exception {
        TxnResponse taken = done(kv.txn()
                .If(
                        new Cmp(bytes("k/1"), Cmp.Op.EQUAL, CmpTarget.value(bytes("uno"))),
                        new Cmp(bytes("k/9"), Cmp.Op.EQUAL, CmpTarget.version(0)))
                .Then(Op.put(bytes("k/9"), bytes("nine"), PutOption.DEFAULT), Op.get(bytes("k/9"), GetOption.DEFAULT))
                .Else(Op.get(bytes("k/1"), GetOption.DEFAULT))
                .commit());
        assertThat(taken.isSucceeded()).isTrue();
        assertThat(keys(taken.getGetResponses().get(0))).containsExactly("k/9");

        TxnResponse other = done(kv.txn()
                .If(new Cmp(bytes("k/9"), Cmp.Op.GREATER, CmpTarget.version(1)))
                .Then(Op.put(bytes("k/9"), bytes("never"), PutOption.DEFAULT))
                .Else(Op.delete(bytes("k/9"), DeleteOption.DEFAULT))
                .commit());
        assertThat(other.isSucceeded()).isFalse();
        assertThat(other.getDeleteResponses().get(0).getDeleted()).isEqualTo(1);
    }

    private static void delete(KV kv) throws Exception {
        DeleteResponse deleted = done(kv.delete(
                bytes("k/"),
                DeleteOption.builder().isPrefix(true).withPrevKV(true).build()));
        assertThat(deleted.getDeleted()).isEqualTo(3);
        assertThat(deleted.getPrevKvs().stream().map(kvPair -> text(kvPair.getKey())))
                .containsExactly("k/1", "k/2", "k/3");
        assertThat(done(kv.delete(bytes("k/1"))).getDeleted()).isZero();
    }

    private static void compact(KV kv) throws Exception {
        long revision = done(kv.put(bytes("last"), bytes("1"))).getHeader().getRevision();
        done(kv.compact(revision, CompactOption.DEFAULT));
        assertThatThrownBy(() -> done(kv.get(
                        bytes("last"),
                        GetOption.builder().withRevision(revision - 1).build())))
                .hasMessageContaining("etcdserver: mvcc: required revision has been compacted");
        assertThat(done(kv.get(bytes("last"))).getCount()).isEqualTo(1);
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
