package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code kv alarm}, {@code move-leader}, {@code defrag}, {@code snapshot}, and those that go on until they are ended, {@code
 * watch}, {@code lock} and {@code elect}: beside etcdctl's on the same etcd, the same bytes must come out.
 */
@Timeout(180)
final class EtcdctlOperatorsOutputTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern MEMBER = Pattern.compile("(?m)^([0-9a-f]+), started");

    @TempDir
    static Path directory;

    private static RealEtcd etcd;
    private static KvRun kv;
    private static String member;

    @BeforeAll
    static void start() throws Exception {
        etcd = RealEtcd.start(directory);
        kv = new KvRun(Map.of("LOCKSTEP_ENDPOINTS", etcd.endpoint()), directory);
        await().atMost(PATIENCE)
                .until(() -> kv.run("get", "ready", "--command-timeout", "1s").exitCode() == 0);
        Matcher listed = MEMBER.matcher(kv.run("member", "list").out());
        assertThat(listed.find()).isTrue();
        member = listed.group(1);
        // One after the other at one revision: a watch tells of them in one answer.
        kv.run("put", "watched/1", "one");
        kv.run("put", "watched/1", "two \u00e4");
        kv.run("put", "watched/2", "line\nbreak");
        kv.run("del", "watched/1");
    }

    @AfterAll
    static void stop() {
        if (etcd != null) {
            etcd.close();
        }
    }

    private static void raise(String alarm) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + etcd.endpoint() + "/v3/maintenance/alarm"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"action\":\"ACTIVATE\",\"memberID\":\""
                        + Long.toUnsignedString(Long.parseUnsignedLong(member, 16)) + "\",\"alarm\":\"" + alarm
                        + "\"}"))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alarm list",
                "alarm list -w json",
                "alarm list -w json --hex",
                "alarm list -w fields",
                "alarm list -w table",
                "alarm disarm",
                "alarm disarm -w json",
            })
    void alarm_raisedOrNot_isEtcdctls(String words) throws Exception {
        same(words);
        try {
            raise("NOSPACE");
            if (words.startsWith("alarm list")) {
                same(words);
                return;
            }
            RealEtcd.Result expected = etcd.etcdctl("", words.split(" "));
            raise("NOSPACE");
            assertThat(kv.run(words.split(" ")).out()).isEqualTo(expected.out()).isNotEmpty();
        } finally {
            kv.run("alarm", "disarm");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "move-leader MEMBER",
                "move-leader MEMBER -w json",
                "move-leader MEMBER -w fields",
                "move-leader MEMBER -w table",
                "move-leader 1234",
                "move-leader zz",
                "defrag",
                "defrag -w json",
                "defrag --cluster",
                "snapshot save saved.db",
                "snapshot save saved.db -w json",
            })
    void operators_isEtcdctls(String words) throws Exception {
        same(words);
    }

    private static void same(String words) throws Exception {
        String[] asked = words.replace("MEMBER", member).split(" ");
        String[] theirs = words.replace("MEMBER", member)
                .replace("saved.db", directory + "/saved.db")
                .split(" ");
        RealEtcd.Result expected = etcd.etcdctl("", theirs);
        KvRun.Result result = kv.run(asked);

        assertThat(result.out()).as(result.err()).isEqualTo(expected.out().replace(directory + "/", ""));
        assertThat(result.exitCode() == 0)
                .as("kv says: %s; etcdctl: %s", result.err(), expected.err())
                .isEqualTo(expected.exitCode() == 0);
    }

    @Test
    void snapshotSave_ofARealEtcd_isWhatEtcdctlSaves() throws Exception {
        etcd.etcdctl("", "snapshot", "save", directory + "/theirs.db");
        kv.run("snapshot", "save", "ours.db");

        // Between the two nothing was written, so it is the same file but for what its pages hold from before.
        assertThat(Files.size(directory.resolve("ours.db"))).isEqualTo(Files.size(directory.resolve("theirs.db")));
    }

    /** A {@code kv} that goes on, in a thread of its own. */
    private static final class Running implements AutoCloseable {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final Thread thread;

        Running(String... words) {
            PrintStream to = new PrintStream(out, true, StandardCharsets.UTF_8);
            Console console =
                    new Console(new ByteArrayInputStream(new byte[0]), to, to, kv.environment(), kv.folder(), false);
            thread = new Thread(() -> Kv.run(words, console), "kv-running");
            thread.start();
        }

        String out() {
            return out.toString(StandardCharsets.ISO_8859_1);
        }

        @Override
        public void close() throws InterruptedException {
            thread.interrupt();
            thread.join(PATIENCE.toMillis());
            assertThat(thread.isAlive()).as("it goes on after an interrupt").isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "watch watched/1 --rev 1",
                "watch watched/1 --rev 1 --hex",
                "watch watched/1 --rev 1 --prev-kv",
                "watch watched/ --prefix --rev 1",
                "watch watched/1 watched/3 --rev 1",
                "watch watched/ --prefix --rev 1 -w json",
                "watch watched/ --prefix --rev 1 -w json --hex",
                "watch watched/ --prefix --rev 1 --prev-kv -w json",
                "watch watched/1 --rev 1 -w fields",
                "watch watched/ --prefix --rev 1 --prev-kv -w fields",
                "lock NAME",
                "lock NAME -w json",
                "lock NAME -w fields",
                "elect NAME me",
                "elect NAME me -w json",
                "elect NAME me -w fields",
            })
    void untilEnded_everyFormat_isEtcdctls(String words) throws Exception {
        Path theirs = Files.createTempFile(directory, "etcdctl", ".out");
        Process etcdctl =
                etcd.etcdctlInto(theirs, words.replace("NAME", "theirs").split(" "));
        try (Running ours = new Running(words.replace("NAME", "our-own").split(" "))) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(settled(ours.out()))
                            .isNotEmpty()
                            .isEqualTo(settled(Files.readString(theirs, StandardCharsets.ISO_8859_1))));
        } finally {
            etcdctl.destroy();
            assertThat(etcdctl.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"watch watched/1 --rev 1 -w table", "lock table -w table", "elect table me -w table"})
    void untilEnded_asATable_isRefusedAsByEtcdctl(String words) throws Exception {
        KvRun.Result result = kv.run(words.split(" "));

        assertThat(result.exitCode()).isNotZero();
        assertThat(result.out()).isEmpty();
        assertThat(etcd.etcdctl("", words.split(" ")).exitCode()).isNotZero();
    }

    @Test
    void electListen_aLeader_isShownAsByEtcdctl() throws Exception {
        Path theirs = Files.createTempFile(directory, "etcdctl", ".out");
        try (Running leader = new Running("elect", "listened", "me")) {
            await().atMost(PATIENCE).until(() -> leader.out().contains("me\n"));
            Process etcdctl = etcd.etcdctlInto(theirs, "elect", "--listen", "listened");
            try (Running ours = new Running("elect", "--listen", "listened")) {
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(ours.out())
                                .isNotEmpty()
                                .isEqualTo(Files.readString(theirs, StandardCharsets.ISO_8859_1)));
            } finally {
                etcdctl.destroy();
            }
        }
    }

    /** What is another's by nature: revisions, names, leases. */
    private static String settled(String output) {
        return output.replaceAll("\"((?:|create_|mod_)revision)\":\\d+", "\"$1\":N")
                .replaceAll("\"((?:|Create|Mod)Revision)\" : \\d+", "\"$1\" : N")
                .replaceAll("(theirs|our-own)/[0-9a-f]+", "KEY")
                .replaceAll("\"key\":\"(dGhlaXJz|b3VyLW93bi)[^\"]*\"", "\"key\":KEY")
                .replaceAll("\"lease\":\\d+", "\"lease\":N")
                .replaceAll("\"Lease\" : [1-9]\\d*", "\"Lease\" : N");
    }
}
