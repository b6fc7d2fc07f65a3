package io.lockstep.cli;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.ResponseHeader;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.cli.cluster.ClusterFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Runs the commands of every day once, against a server that answers from memory, so that the JVM can archive the classes
 * that they load. Run by the launcher after a build; no command.
 */
public final class Rehearsal {
    private static final KeyValue KEY_VALUE = KeyValue.newBuilder()
            .setKey(Bytes.of("greeting"))
            .setValue(Bytes.of("hello"))
            .setCreateRevision(2)
            .setModRevision(2)
            .setVersion(1)
            .build();
    private static final ResponseHeader HEADER =
            ResponseHeader.newBuilder().setRevision(2).setRaftTerm(1).build();

    private Rehearsal() {}

    public static void main(String[] arguments) throws IOException {
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new Stage())
                .build()
                .start();
        Path folder = Files.createTempDirectory("kv-rehearsal");
        Path cluster = Files.createDirectory(folder.resolve(ClusterFile.FOLDER));
        new ClusterFile("rehearsal", List.of(server.getPort())).write(cluster);
        try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true)) {
            Console console =
                    new Console(new ByteArrayInputStream(new byte[0]), nowhere, nowhere, Map.of(), folder, false);
            Kv.run(new String[] {"get", "greeting"}, console);
            Kv.run(new String[] {"get", "greeting", "-w", "json"}, console);
            Kv.run(new String[] {"put", "greeting", "hello", "--prev-kv"}, console);
            Kv.run(new String[] {"put", "greeting"}, console);
            Kv.run(new String[] {"get", "--nonsense"}, console);
            Kv.run(new String[] {"help"}, console);
            Kv.run(new String[] {"help", "get"}, console);
            Kv.run(new String[] {"version"}, console);
        } finally {
            server.shutdownNow();
            for (Path path : List.of(cluster.resolve(ClusterFile.FILE), cluster, folder)) {
                Files.delete(path);
            }
        }
    }

    private static final class Stage extends KVGrpc.KVImplBase {
        @Override
        public void range(RangeRequest request, StreamObserver<RangeResponse> answer) {
            answer.onNext(RangeResponse.newBuilder()
                    .setHeader(HEADER)
                    .addKvs(KEY_VALUE)
                    .setCount(1)
                    .build());
            answer.onCompleted();
        }

        @Override
        public void put(PutRequest request, StreamObserver<PutResponse> answer) {
            answer.onNext(PutResponse.newBuilder()
                    .setHeader(HEADER)
                    .setPrevKv(KEY_VALUE)
                    .build());
            answer.onCompleted();
        }
    }
}
