package io.lockstep.jepsen.participant;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchGrpc;
import io.lockstep.api.WatchProgressRequest;
import io.lockstep.api.WatchRequest;
import io.lockstep.api.WatchResponse;
import io.lockstep.api.mvcc.Event;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.jepsen.check.EventLog;
import io.lockstep.jepsen.history.Version;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One watch that goes on: when its stream breaks it asks another member for what comes after all that it was told, where a
 * progress notification counts as told. Guarded by this: a driving thread ticks it, gRPC's threads tell it.
 */
final class Watcher {
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(150);
    private static final long ASK_PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final ClientInterceptor WITH_LEADER_ONLY = MetadataUtils.newAttachHeadersInterceptor(leaderOnly());

    private final String name;
    private final WatchSpec spec;
    private final boolean lasting;
    private final List<Channel> members;
    private final boolean endsWithoutLeader;
    private final List<Told> told = new ArrayList<>();
    private final Set<String> deleted = new HashSet<>();
    private int member;
    /** What to ask for next; 0: from now on. */
    private long from;

    private @Nullable Stream stream;
    private long triedNanos;
    private long askedNanos;
    private boolean closed;

    /**
     * @param members channels to all, in order of their numbers
     * @param member index of the one to begin with
     * @param from the first revision; 0: from now on
     * @param endsWithoutLeader whether to move on from a member that knows no leader
     */
    Watcher(
            String name,
            WatchSpec spec,
            boolean lasting,
            List<Channel> members,
            int member,
            long from,
            boolean endsWithoutLeader) {
        this.name = name;
        this.spec = spec;
        this.lasting = lasting;
        this.members = List.copyOf(members);
        this.member = member;
        this.from = from;
        this.endsWithoutLeader = endsWithoutLeader;
        this.triedNanos = System.nanoTime() - RETRY_NANOS;
    }

    private static Metadata leaderOnly() {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
        return metadata;
    }

    /** Opens what is broken, and asks how far the watch is. */
    synchronized void tick() {
        long nowNanos = System.nanoTime();
        Stream open = stream;
        if (closed) {
            return;
        }
        if (open == null && nowNanos - triedNanos >= RETRY_NANOS) {
            triedNanos = nowNanos;
            stream = new Stream(member);
            stream.begin();
        } else if (open != null && open.created && nowNanos - askedNanos >= ASK_PROGRESS_NANOS) {
            askedNanos = nowNanos;
            open.ask(WatchRequest.newBuilder()
                    .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                    .build());
        }
    }

    /** The first revision that it has not been told of, 0 as long as it does not know where it began. */
    synchronized long next() {
        return from;
    }

    synchronized boolean sawDeletionOf(String key) {
        return deleted.contains(key);
    }

    /** Ends the watch; its record is complete then. */
    synchronized WatchRecord close() {
        closed = true;
        if (stream != null) {
            stream.end();
        }
        return record();
    }

    synchronized WatchRecord record() {
        return new WatchRecord(name, spec, lasting, told);
    }

    private synchronized void broken(Stream which, String error) {
        if (which == stream && !closed) {
            stream = null;
            told.add(new Told.Broken(error));
            member = (member + 1) % members.size();
        }
    }

    private synchronized void heard(Stream which, WatchResponse answer) {
        if (which != stream || closed) {
            return;
        }
        long revision = answer.getHeader().getRevision();
        if (answer.getCanceled()) {
            told.add(new Told.Canceled(answer.getCompactRevision(), answer.getCancelReason()));
            which.end();
            broken(which, "cancelled");
        } else if (answer.getCreated()) {
            which.created = true;
            told.add(new Told.Created(which.number + 1, from, revision));
            from = from == 0 ? revision + 1 : from;
        } else if (answer.getEventsCount() == 0) {
            told.add(new Told.Progress(revision));
            from = Math.max(from, revision + 1);
        } else {
            List<Told.Seen> events =
                    answer.getEventsList().stream().map(Watcher::seen).toList();
            told.add(new Told.Events(revision, System.nanoTime(), events));
            events.stream()
                    .filter(seen -> seen.change().after() == null)
                    .forEach(seen -> deleted.add(seen.change().key()));
            from = Math.max(from, events.get(events.size() - 1).change().revision() + 1);
        }
    }

    private static Told.Seen seen(Event event) {
        KeyValue kv = event.getKv();
        boolean deleted = event.getType() == Event.EventType.DELETE;
        return new Told.Seen(
                new EventLog.Change(kv.getModRevision(), kv.getKey().toStringUtf8(), deleted ? null : version(kv)),
                event.hasPrevKv() ? version(event.getPrevKv()) : null);
    }

    private static Version version(KeyValue kv) {
        return new Version(
                kv.getKey().toStringUtf8(),
                kv.getValue().toStringUtf8(),
                kv.getCreateRevision(),
                kv.getModRevision(),
                kv.getVersion());
    }

    /** One stream to one member. */
    private final class Stream implements StreamObserver<WatchResponse> {
        private final int number;
        private final StreamObserver<WatchRequest> requests;
        private boolean created; // guarded by the watcher

        Stream(int number) {
            this.number = number;
            WatchGrpc.WatchStub stub = WatchGrpc.newStub(members.get(number));
            this.requests = (endsWithoutLeader ? stub.withInterceptors(WITH_LEADER_ONLY) : stub).watch(this);
        }

        void begin() {
            WatchCreateRequest.Builder create = WatchCreateRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8(spec.key()))
                    .setStartRevision(from)
                    .setPrevKv(spec.before());
            if (spec.prefix()) {
                create.setRangeEnd(prefixEnd(spec.key()));
            }
            if (!spec.puts()) {
                create.addFilters(WatchCreateRequest.FilterType.NOPUT);
            }
            if (!spec.deletes()) {
                create.addFilters(WatchCreateRequest.FilterType.NODELETE);
            }
            ask(WatchRequest.newBuilder().setCreateRequest(create).build());
        }

        void ask(WatchRequest request) {
            try {
                requests.onNext(request);
            } catch (IllegalStateException e) {
                // The call has just ended; its end is told by itself.
            }
        }

        void end() {
            try {
                requests.onError(Status.CANCELLED.asRuntimeException());
            } catch (IllegalStateException e) {
                // Ended already.
            }
        }

        /** The first key after all that begin with the prefix, whose last character must be an ASCII one. */
        private static ByteString prefixEnd(String prefix) {
            int last = prefix.length() - 1;
            return ByteString.copyFromUtf8(prefix.substring(0, last) + (char) (prefix.charAt(last) + 1));
        }

        @Override
        public void onNext(WatchResponse answer) {
            heard(this, answer);
        }

        @Override
        public void onError(Throwable failure) {
            broken(this, String.valueOf(failure.getMessage()));
        }

        @Override
        public void onCompleted() {
            broken(this, "ended by the server");
        }
    }
}
