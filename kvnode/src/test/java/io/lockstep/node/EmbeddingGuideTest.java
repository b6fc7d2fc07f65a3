package io.lockstep.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.node.config.NodeConfig;
import io.lockstep.node.embedded.EmbeddedCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code of docs/embedding.md stands here, or in another test, word for word: so it compiles and runs. */
class EmbeddingGuideTest {
    private static final Path ROOT = Path.of("..");

    @TempDir
    Path directory;

    @Test
    void oneNode_asInTheGuide() {
        NodeConfig config = NodeConfig.embedded(directory.resolve("data"))
                .clientUrls("http://127.0.0.1:0")
                .build();
        try (KvNode node = KvNode.start(config)) {
            KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(node.channel()).withDeadlineAfter(5, TimeUnit.SECONDS);
            kv.put(PutRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8("greeting"))
                    .setValue(ByteString.copyFromUtf8("hello"))
                    .build());
            String endpoint =
                    "http://127.0.0.1:" + node.clientAddresses().get(0).getPort();
            assertThat(endpoint).isNotEmpty();
        }
    }

    @Test
    void cluster_asInTheGuide() {
        try (EmbeddedCluster cluster = EmbeddedCluster.start(3)) {
            int leader = cluster.awaitLeader();
            cluster.isolate(leader); // also: kill, stop, pause, partition(Set.of(0), Set.of(1, 2))
            int next = cluster.awaitLeader();
            KVGrpc.newBlockingStub(cluster.channel(next))
                    .withDeadlineAfter(5, TimeUnit.SECONDS)
                    .range(RangeRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("greeting"))
                            .build());
            cluster.recover(); // heals, resumes, restarts; waits until all answer
        }
    }

    @Test
    void everyBlockOfTheGuide_standsInATest() throws IOException {
        String tests = sources("kvnode/src/test") + sources("kvclient/src/test");
        Matcher block = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(ROOT.resolve("docs/embedding.md")));
        List<String> missing = new ArrayList<>();
        int blocks = 0;
        while (block.find()) {
            blocks++;
            if (!tests.contains(flat(block.group(1)))) {
                missing.add(block.group(1));
            }
        }
        assertThat(missing).isEmpty();
        assertThat(blocks).isGreaterThan(3);
    }

    private static String sources(String directory) throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve(directory))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(EmbeddingGuideTest::read)
                    .map(EmbeddingGuideTest::flat)
                    .collect(Collectors.joining("\n"));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Without indentation and line breaks, which the formatter chooses. */
    private static String flat(String code) {
        return code.replaceAll("\\s+", "");
    }
}
