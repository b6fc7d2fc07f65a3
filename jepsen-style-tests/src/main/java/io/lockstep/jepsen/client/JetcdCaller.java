package io.lockstep.jepsen.client;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Response;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.PutResponse;
import io.etcd.jetcd.options.GetOption;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Answer;
import io.lockstep.jepsen.history.Version;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One user's session on one node, through jetcd as it is: what the session has seen goes along in metadata, which an
 * interceptor of grpc adds to each call. jetcd knows nothing of it.
 */
public final class JetcdCaller implements Caller {
    private static final Metadata.Key<String> MIN_REVISION =
            Metadata.Key.of("lockstep-min-revision", Metadata.ASCII_STRING_MARSHALLER);

    private final Client client;
    private final KV kv;
    private final SessionToken token;
    private final boolean keepsToken;

    /** Written before a call by the thread that makes it, read by the one of jetcd that sends it. */
    private volatile String header = "";

    /** @param keepsToken false: a control, which reads stale and remembers nothing */
    public JetcdCaller(String host, int port, SessionToken token, boolean keepsToken) {
        this.client = Client.builder()
                .endpoints("http://" + host + ":" + port)
                .retryMaxAttempts(0) // it would repeat writes, too
                .waitForReady(false)
                .interceptor(new AddHeader())
                .build();
        this.kv = client.getKVClient();
        this.token = token;
        this.keepsToken = keepsToken;
    }

    private final class AddHeader implements ClientInterceptor {
        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<A> listener, Metadata metadata) {
                    if (!header.isEmpty()) {
                        metadata.put(MIN_REVISION, header);
                    }
                    super.start(listener, metadata);
                }
            };
        }
    }

    @Override
    public Answer perform(Action action, long deadlineMillis) throws CallException {
        header = keepsToken ? token.toHeader() : "";
        if (action instanceof Action.Write write) {
            PutResponse done = await(action, kv.put(bytes(write.key()), bytes(write.value())), deadlineMillis);
            return noted(done, List.of());
        }
        GetOption option = GetOption.builder().withSerializable(!keepsToken).build();
        GetResponse found = await(action, kv.get(bytes(action.key()), option), deadlineMillis);
        return noted(found, found.getKvs().stream().map(JetcdCaller::version).toList());
    }

    private Answer noted(Response response, List<Version> versions) {
        Response.Header said = response.getHeader();
        token.note(said.getClusterId(), said.getRevision());
        return new Answer(said.getRevision(), true, versions);
    }

    private static <A> A await(Action action, CompletableFuture<A> call, long deadlineMillis) throws CallException {
        try {
            return call.get(deadlineMillis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Status status = Status.fromThrowable(e);
            throw new CallException(Errors.outcomeOf(action, status), status);
        } catch (TimeoutException e) {
            call.cancel(true);
            Status status = Status.DEADLINE_EXCEEDED.withDescription("no answer in " + deadlineMillis + " ms");
            throw new CallException(Errors.outcomeOf(action, status), status);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    private static Version version(KeyValue kv) {
        return new Version(
                kv.getKey().toString(StandardCharsets.UTF_8),
                kv.getValue().toString(StandardCharsets.UTF_8),
                kv.getCreateRevision(),
                kv.getModRevision(),
                kv.getVersion());
    }

    @Override
    public void close() {
        client.close();
    }
}
