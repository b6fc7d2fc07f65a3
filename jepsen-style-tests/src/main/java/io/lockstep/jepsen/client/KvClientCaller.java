package io.lockstep.jepsen.client;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeResponse;
import io.lockstep.client.ClientException;
import io.lockstep.client.Consistency;
import io.lockstep.client.GetOptions;
import io.lockstep.client.KvClient;
import io.lockstep.client.Session;
import io.lockstep.client.UnknownOutcome;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Answer;
import io.lockstep.jepsen.history.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** One user's session on one node, through the Java client. The token goes along to the user's sessions on the others. */
public final class KvClientCaller implements Caller {
    private final KvClient client;
    private final Session session;
    private final SessionToken token;
    private final boolean keepsToken;

    /** @param keepsToken false: a control, which reads stale and remembers nothing */
    public KvClientCaller(String host, int port, SessionToken token, boolean keepsToken) {
        this.client = KvClient.builder()
                .endpoints(host + ":" + port)
                .timeout(Duration.ofMillis(NodeClient.DEFAULT_DEADLINE_MILLIS))
                .nativeTransport(false)
                .build();
        this.session = client.session();
        this.token = token;
        this.keepsToken = keepsToken;
    }

    @Override
    public Answer perform(Action action, long deadlineMillis) throws CallException {
        try {
            return action instanceof Action.Write write ? write(write) : read((Action.Read) action);
        } catch (CompletionException e) {
            if (e.getCause() instanceof ClientException failure) {
                Status status = Status.fromCode(failure.code())
                        .withDescription(failure.getMessage())
                        .withCause(failure.getCause());
                throw new CallException(failure instanceof UnknownOutcome ? Outcome.UNKNOWN : Outcome.FAIL, status);
            }
            throw e;
        }
    }

    private Answer write(Action.Write write) {
        ByteString key = ByteString.copyFromUtf8(write.key());
        ByteString value = ByteString.copyFromUtf8(write.value());
        PutResponse done = session.put(key, value).join();
        token.note(done.getHeader().getClusterId(), done.getHeader().getRevision());
        return new Answer(done.getHeader().getRevision(), true, List.of());
    }

    private Answer read(Action.Read read) {
        ByteString key = ByteString.copyFromUtf8(read.key());
        RangeResponse found = ask(key).join();
        token.note(found.getHeader().getClusterId(), found.getHeader().getRevision());
        return NodeClient.answer(found);
    }

    private CompletableFuture<RangeResponse> ask(ByteString key) {
        if (!keepsToken) {
            return client.get(key, GetOptions.DEFAULT.consistency(Consistency.stale()));
        }
        Session.Token seen = token.toKvClient();
        if (seen.revision() > 0) {
            session.follow(seen);
        }
        return session.get(key);
    }

    @Override
    public void close() {
        client.close();
    }
}
