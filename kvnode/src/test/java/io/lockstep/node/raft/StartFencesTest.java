package io.lockstep.node.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lockstep.node.raft.TestCluster.Member;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of one: everything that a single disk can do to a member before it starts. */
class StartFencesTest {
    @TempDir
    Path directory;

    @Test
    void member_withItsDisk_startsAgainAndHasEverything() throws Exception {
        try (TestCluster cluster = grown()) {
            Member node = cluster.nodes.get(0);
            node.start();
            cluster.leader();
            assertThat(node.state.values()).hasSize(20);
        }
    }

    @Test
    void voteFileMissing_isRefused() throws Exception {
        try (TestCluster cluster = grown()) {
            Files.delete(cluster.nodes.get(0).config().voteDirectory().resolve("raft_meta"));
            assertRefused(cluster, "no vote file", "vote twice");
        }
    }

    @Test
    void voteFileEmpty_isRefused() throws Exception {
        try (TestCluster cluster = grown()) {
            Files.write(cluster.nodes.get(0).config().voteDirectory().resolve("raft_meta"), new byte[0]);
            assertRefused(cluster, "vote file");
        }
    }

    @Test
    void logDirectoryGone_isRefused() throws Exception {
        try (TestCluster cluster = grown()) {
            deleteTree(cluster.nodes.get(0).config().logDirectory());
            assertRefused(cluster, "the log ends at entry 0", "its tail is lost");
        }
    }

    @Test
    void logTailCut_isRefused() throws Exception {
        try (TestCluster cluster = grown()) {
            Path wal = newestWal(cluster.nodes.get(0));
            try (RandomAccessFile file = new RandomAccessFile(wal.toFile(), "rw")) {
                file.setLength(file.length() - 100);
            }
            assertRefused(cluster, "its tail is lost");
        }
    }

    @Test
    void bitFlippedInTheMiddleOfTheLog_isRefused() throws Exception {
        try (TestCluster cluster = grown()) {
            flipBit(newestWal(cluster.nodes.get(0)), 0.5);
            assertRefused(cluster, "Raft log", "can't be opened");
        }
    }

    @Test
    void bitFlippedInTheLastRecord_isRefused() throws Exception {
        try (TestCluster cluster = grown()) {
            flipBit(newestWal(cluster.nodes.get(0)), 0.999);
            assertRefused(cluster, "This member must not start with this disk");
        }
    }

    @Test
    void stateAheadOfTheLog_isRefused() throws Exception {
        try (TestCluster cluster = grown()) {
            Member node = cluster.nodes.get(0);
            Path state = node.directory.resolve("state").resolve("values");
            Files.write(state, java.util.List.of("1000", "1"));
            assertRefused(cluster, "the state holds entries up to 1000");
        }
    }

    @Test
    void directoryOfAnotherMember_isRefused() throws Exception {
        try (TestCluster cluster = grown()) {
            Path format = cluster.nodes.get(0).directory.resolve("FORMAT");
            Files.writeString(format, Files.readString(format).replace("member-id=64", "member-id=65"));
            assertRefused(cluster, "belongs to member-id 65", "has member-id 64");
        }
    }

    @Test
    void directoryOfANewerFormat_isRefused() throws Exception {
        try (TestCluster cluster = grown()) {
            Path format = cluster.nodes.get(0).directory.resolve("FORMAT");
            Files.writeString(format, Files.readString(format).replace("format=1", "format=2"));
            assertRefused(cluster, "format 2", "start the newer version");
        }
    }

    @Test
    void raftDataWithoutIdentity_isRefused() throws Exception {
        try (TestCluster cluster = grown()) {
            Files.delete(cluster.nodes.get(0).directory.resolve("FORMAT"));
            assertRefused(cluster, "no FORMAT file");
        }
    }

    @Test
    void sameMemberTwiceInOneJvm_isRefused() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 1).startAll()) {
            Member node = cluster.nodes.get(0);
            assertThatThrownBy(() -> RaftGroup.start(
                            node.config(),
                            node.state,
                            new RaftListener() {
                                @Override
                                public void onLeaderStart(long term) {}

                                @Override
                                public void onLeaderStop() {}

                                @Override
                                public void onLeaderChanged(long leaderMemberId, long term) {}
                            },
                            (what, cause) -> {}))
                    .isInstanceOf(RaftStartException.class)
                    .hasMessageContaining("already used in this process by n0");
            // The first one is untouched.
            cluster.commit("still here");
        }
    }

    @Test
    void peerPortTaken_isRefusedWithTheAddress() throws Exception {
        TestCluster cluster = new TestCluster(directory, 1);
        int port = cluster.members.get(0).address().port();
        try (java.net.ServerSocket taken =
                new java.net.ServerSocket(port, 1, java.net.InetAddress.getByName("127.0.0.1"))) {
            assertRefused(cluster, "the peer port", Integer.toString(taken.getLocalPort()));
        }
        // And the address is free again for the next try.
        cluster.startAll().commit("works");
        cluster.close();
    }

    @Test
    void systemPropertySetOtherwise_isRefused() throws Exception {
        String name = "jraft.recyclers.maxCapacityPerThread";
        SystemProperties.apply();
        System.setProperty(name, "7");
        try (TestCluster cluster = new TestCluster(directory, 1)) {
            assertRefused(cluster, name + " is \"7\": it must be \"0\"");
        } finally {
            System.setProperty(name, "0");
        }
    }

    /** Twenty committed values, all of them in the log only; stopped. */
    private TestCluster grown() throws Exception {
        TestCluster cluster = new TestCluster(directory, 1).startAll();
        cluster.commit("v", 20);
        await().until(() -> cluster.nodes.get(0).state.values().size() == 20);
        cluster.nodes.get(0).stop();
        return cluster;
    }

    private static void assertRefused(TestCluster cluster, String... texts) {
        Member node = cluster.nodes.get(0);
        assertThatThrownBy(node::start)
                .isInstanceOf(RaftStartException.class)
                .hasMessageContainingAll(texts)
                .message()
                .doesNotContain("\n");
        assertThat(node.group).isNull();
    }

    private static Path newestWal(Member node) throws IOException {
        try (Stream<Path> files = Files.list(node.config().logDirectory())) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
        }
    }

    private static void flipBit(Path path, double where) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            long position = (long) ((file.length() - 1) * where);
            file.seek(position);
            int value = file.read();
            file.seek(position);
            file.write(value ^ 0x10);
        }
    }

    private static void deleteTree(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
