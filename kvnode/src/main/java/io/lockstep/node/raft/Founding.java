package io.lockstep.node.raft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.proto.peer.FoundingRecord;
import io.lockstep.proto.peer.FoundingReply;
import io.lockstep.proto.peer.FoundingRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may vote for the first time.
 *
 * <p>The problem: a member whose disk was wiped looks like one that was never started. Under its old identity it would
 * vote again in terms in which it has voted, and count as a copy of entries that it no longer has; two such members
 * forget acknowledged writes.
 *
 * <p>The rule: a data directory gets a random nonce. An empty member asks every founder. An empty founder answers with
 * its nonce and remembers the asker's, on disk, before it answers. A founder that has founded remembers nothing new, and
 * says under which nonce it knows the asker. The asker founds (marks it on disk, then starts to vote) once every founder
 * was either seen empty and knew it, or has founded knowing its very nonce. A founder that has founded and knows another
 * nonce, or none, proves that this disk is not the one that took part: the start is refused for good.
 *
 * <p>Why nobody is left out: whoever founds has seen all others before and remembered their nonces, so those still empty
 * find themselves known to it. What was seen survives restarts of either side, so founders may come and go in any order meanwhile.
 */
final class Founding {
    static final String KIND = "founding";

    private static final Logger LOG = LoggerFactory.getLogger(Founding.class);
    private static final int FORMAT = 1;
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(2);
    private static final long RETRY_MILLIS = 100;

    private final RaftConfig config;
    private final Path file;
    // Guarded by this: the asking thread and the transport's handlers.
    private FoundingRecord record;

    private Founding(RaftConfig config, Path file, FoundingRecord record) {
        this.config = config;
        this.file = file;
        this.record = record;
    }

    static Founding open(RaftConfig config) throws IOException, RaftStartException {
        Path file = config.raftDirectory().resolve("founding");
        Files.createDirectories(config.raftDirectory());
        if (Files.exists(file)) {
            FoundingRecord record = FoundingRecord.parseFrom(Files.readAllBytes(file));
            if (record.getFormat() != FORMAT) {
                throw new RaftStartException(file + " has format " + record.getFormat() + ", this version reads "
                        + FORMAT + ": start the version that wrote it");
            }
            return new Founding(config, file, record);
        }
        long nonce = 0;
        while (nonce == 0) {
            nonce = new SecureRandom().nextLong();
        }
        Founding founding = new Founding(
                config,
                file,
                FoundingRecord.newBuilder().setFormat(FORMAT).setNonce(nonce).build());
        founding.save(founding.record);
        return founding;
    }

    synchronized boolean isFounded() {
        return record.getFounded();
    }

    /** Answers other founders, before and after founding. */
    CompletableFuture<ByteString> answer(long fromMemberId, ByteString payload) {
        try {
            FoundingRequest request = FoundingRequest.parseFrom(payload);
            if (request.getMemberId() != fromMemberId) {
                throw new KvException.Rejected(KvError.MEMBER_NOT_FOUND);
            }
            return CompletableFuture.completedFuture(
                    answer(fromMemberId, request.getNonce()).toByteString());
        } catch (InvalidProtocolBufferException e) {
            return CompletableFuture.failedFuture(e);
        } catch (IOException e) {
            // Not remembered, so not answered: the asker asks again.
            LOG.error("the founding record {} can't be written", file, e);
            return CompletableFuture.failedFuture(e);
        }
    }

    private synchronized FoundingReply answer(long asker, long nonce) throws IOException {
        long known = record.getSeenNoncesOrDefault(asker, 0);
        if (!record.getFounded() && known != nonce) {
            save(record.toBuilder().putSeenNonces(asker, nonce).build());
            known = nonce;
        }
        return FoundingReply.newBuilder()
                .setFounded(record.getFounded())
                .setNonce(record.getNonce())
                .setKnownNonce(known)
                .build();
    }

    /**
     * Asks until the cluster may be founded; blocks, on a thread of its own.
     *
     * @return null when founded, else why this member must not take part
     */
    @Nullable
    String found(PeerMessenger messenger) throws InterruptedException, IOException {
        List<PeerMember> missing = new ArrayList<>(config.initialMembers());
        missing.removeIf(member -> member.memberId() == config.memberId());
        FoundingRequest request;
        synchronized (this) {
            request = FoundingRequest.newBuilder()
                    .setMemberId(config.memberId())
                    .setNonce(record.getNonce())
                    .build();
        }
        while (!missing.isEmpty()) {
            for (PeerMember member : List.copyOf(missing)) {
                FoundingReply reply = ask(messenger, member, request);
                if (reply == null) {
                    continue;
                }
                if (reply.getKnownNonce() == request.getNonce()) {
                    remember(member.memberId(), reply);
                    missing.remove(member);
                } else if (reply.getFounded()) {
                    return "member " + config.name() + " (" + Long.toHexString(config.memberId())
                            + ") has an empty data directory, but it was a member of the running cluster "
                            + Long.toHexString(config.clusterId()) + " before (says " + member.idText() + " at "
                            + member.address().hostPort()
                            + "): bring its data directory back, or remove the member and add it anew";
                }
            }
            if (!missing.isEmpty()) {
                Thread.sleep(RETRY_MILLIS);
            }
        }
        synchronized (this) {
            save(record.toBuilder().setFounded(true).build());
        }
        LOG.info("all founders were seen: cluster {} is founded", Long.toHexString(config.clusterId()));
        return null;
    }

    /** The founder was seen empty: once founded, this member knows it by that nonce. */
    private synchronized void remember(long memberId, FoundingReply reply) throws IOException {
        if (!reply.getFounded() && record.getSeenNoncesOrDefault(memberId, 0) != reply.getNonce()) {
            save(record.toBuilder().putSeenNonces(memberId, reply.getNonce()).build());
        }
    }

    private static @Nullable FoundingReply ask(PeerMessenger messenger, PeerMember member, FoundingRequest request)
            throws InterruptedException {
        try {
            ByteString reply = messenger
                    .call(member.memberId(), KIND, request.toByteString(), CALL_TIMEOUT)
                    .get();
            return FoundingReply.parseFrom(reply);
        } catch (java.util.concurrent.ExecutionException | InvalidProtocolBufferException e) {
            // Not up yet, or gone again: asked again soon.
            LOG.debug("founder {} does not answer", member.idText(), e);
            return null;
        }
    }

    private synchronized void save(FoundingRecord next) throws IOException {
        Identity.DurableFiles.write(file, next.toByteArray());
        record = next;
    }
}
