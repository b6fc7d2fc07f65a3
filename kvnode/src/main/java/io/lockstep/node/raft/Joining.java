package io.lockstep.node.raft;

import io.lockstep.node.raft.transport.JoinClient;
import io.lockstep.proto.peer.JoinRecord;
import io.lockstep.proto.peer.JoinReply;
import io.lockstep.proto.peer.JoinRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a node with an empty data directory becomes a member of a cluster that runs already.
 *
 * <p>It is known to the cluster by the peer address that it was added under, and by nothing else; who it is (its id, its
 * incarnation, the cluster's id, the others) it must be told. It asks the members that it knows of, and with a nonce that it
 * drew and keeps. The cluster notes the nonce in its log before it answers, and answers no other one from then on: so a
 * member whose disk was wiped is refused, and never votes under an identity whose log it has lost. An answer that gets lost
 * is asked for again, with the same nonce.
 */
public final class Joining {
    private static final Logger LOG = LoggerFactory.getLogger(Joining.class);
    private static final String FILE = "JOIN";
    private static final int FORMAT = 1;
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(8);
    private static final long RETRY_MILLIS = 200;

    private Joining() {}

    /**
     * Who asks.
     *
     * @param peerUrl the peer address of this node, as it was added
     * @param others where members of the cluster are
     */
    public record Asker(
            String peerUrl,
            List<PeerAddress> others,
            Optional<PeerTls> tls,
            int maxFeatureLevel,
            String productVersion) {
        public Asker {
            others = List.copyOf(others);
        }
    }

    /** What the member of this directory was told when it joined; empty: it never did. */
    public static Optional<JoinReply> welcome(Path directory) throws IOException, RaftStartException {
        return record(directory).filter(JoinRecord::hasWelcome).map(JoinRecord::getWelcome);
    }

    /** Whose this directory is, if it has been used: cluster id and member id. */
    public static Optional<JoinReply> owner(Path directory) throws IOException, RaftStartException {
        return Identity.owner(directory)
                .map(owner -> JoinReply.newBuilder()
                        .setClusterId(owner.clusterId())
                        .setMemberId(owner.memberId())
                        .setIncarnation(owner.incarnation())
                        .build());
    }

    /**
     * Asks until it is told, and keeps the answer; blocks.
     *
     * @throws RaftStartException it is refused, or nobody answers for so long: one line
     */
    public static JoinReply join(Path directory, Asker asker, Duration patience)
            throws IOException, RaftStartException {
        JoinRecord record = record(directory).orElse(null);
        if (record == null) {
            record = JoinRecord.newBuilder().setFormat(FORMAT).setNonce(nonce()).build();
            save(directory, record);
        }
        JoinRequest request = JoinRequest.newBuilder()
                .setPeerUrl(asker.peerUrl())
                .setNonce(record.getNonce())
                .setMaxFeatureLevel(asker.maxFeatureLevel())
                .setProductVersion(asker.productVersion())
                .build();
        JoinReply welcome = ask(asker, request, System.nanoTime() + patience.toNanos());
        save(directory, record.toBuilder().setWelcome(welcome).build());
        LOG.info(
                "joins cluster {} as member {}",
                Long.toHexString(welcome.getClusterId()),
                Long.toHexString(welcome.getMemberId()));
        return welcome;
    }

    private static JoinReply ask(Asker asker, JoinRequest request, long deadlineNanos) throws RaftStartException {
        @Nullable String last = null;
        while (true) {
            for (PeerAddress member : asker.others()) {
                JoinReply reply = JoinClient.ask(member, asker.tls().orElse(null), request, CALL_TIMEOUT);
                if (reply.getRefusal().isEmpty()) {
                    return reply;
                }
                if (!reply.getTryAgain()) {
                    throw new RaftStartException("the cluster does not take this node in (says " + member.hostPort()
                            + "): " + reply.getRefusal());
                }
                last = reply.getRefusal();
            }
            if (System.nanoTime() - deadlineNanos >= 0 || asker.others().isEmpty()) {
                throw new RaftStartException("no member of the running cluster could be asked: "
                        + (last == null ? "--initial-cluster names nobody but this node" : last)
                        + "; check --initial-cluster, and that a majority of its members runs");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RaftStartException("interrupted while joining", e);
            }
        }
    }

    private static Optional<JoinRecord> record(Path directory) throws IOException, RaftStartException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        JoinRecord record = JoinRecord.parseFrom(Files.readAllBytes(file));
        if (record.getFormat() != FORMAT) {
            throw new RaftStartException(file + " has format " + record.getFormat() + ", this version reads " + FORMAT
                    + ": start the version that wrote it");
        }
        return Optional.of(record);
    }

    private static void save(Path directory, JoinRecord record) throws IOException {
        Identity.DurableFiles.write(directory.resolve(FILE), record.toByteArray());
    }

    private static long nonce() {
        SecureRandom random = new SecureRandom();
        long nonce = 0;
        while (nonce == 0) {
            nonce = random.nextLong();
        }
        return nonce;
    }
}
