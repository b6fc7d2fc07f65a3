package io.lockstep.proto;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** A real etcd server: named by the environment's ETCD_BIN, or found on the PATH. */
record EtcdBinary(Path path, String version) {
    /** What the API consists of; the binary carries its inner formats too. */
    private static final Set<String> API_FILES =
            Set.of("rpc.proto", "kv.proto", "auth.proto", "v3lock.proto", "v3election.proto");

    private static final Pattern VERSION = Pattern.compile("etcd Version: (\\S+)");
    private static final int VERSION_TIMEOUT_SECONDS = 20;
    private static final int GZIP_HEADER_BYTES = 10;
    private static final int MAX_DESCRIPTOR_BYTES = 1 << 20;

    /** Empty: there is none. An ETCD_BIN that can't be run is an error: whoever set it meant it. */
    static Optional<EtcdBinary> find() throws IOException, InterruptedException {
        String named = System.getenv("ETCD_BIN");
        if (named != null && !named.isEmpty()) {
            return Optional.of(at(Path.of(named)));
        }
        String searchPath = Optional.ofNullable(System.getenv("PATH")).orElse("");
        Optional<Path> found = Arrays.stream(searchPath.split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, "etcd"))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
        return found.isEmpty() ? Optional.empty() : Optional.of(at(found.get()));
    }

    private static EtcdBinary at(Path path) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(path.toString(), "--version")
                .redirectErrorStream(true)
                .start();
        try {
            if (!process.waitFor(VERSION_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(path + " --version: no answer in " + VERSION_TIMEOUT_SECONDS + " s");
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher matcher = VERSION.matcher(output);
            if (!matcher.find()) {
                throw new IOException(path + " is no etcd: --version says " + output.strip());
            }
            return new EtcdBinary(path, matcher.group(1));
        } finally {
            process.destroyForcibly();
        }
    }

    /** The API's descriptors as Go's protobuf embeds them: serialised, each in a gzip stream of its own. */
    List<FileDescriptorProto> apiFiles() throws IOException {
        byte[] binary = Files.readAllBytes(path);
        List<FileDescriptorProto> files = new ArrayList<>();
        for (int at = 0; at + GZIP_HEADER_BYTES < binary.length; at++) {
            if (binary[at] == 0x1f && binary[at + 1] == (byte) 0x8b && binary[at + 2] == 8 && binary[at + 3] == 0) {
                descriptorAt(binary, at + GZIP_HEADER_BYTES)
                        .filter(file -> API_FILES.contains(file.getName()))
                        .ifPresent(files::add);
            }
        }
        return files;
    }

    /** Empty: these bytes only look like a gzip header, or the stream holds something else. */
    private static Optional<FileDescriptorProto> descriptorAt(byte[] binary, int at) {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(binary, at, Math.min(binary.length - at, MAX_DESCRIPTOR_BYTES));
            byte[] plain = new byte[MAX_DESCRIPTOR_BYTES];
            int length = inflater.inflate(plain);
            return inflater.finished()
                    ? Optional.of(FileDescriptorProto.parseFrom(Arrays.copyOf(plain, length)))
                    : Optional.empty();
        } catch (DataFormatException | InvalidProtocolBufferException e) {
            return Optional.empty();
        } finally {
            inflater.end();
        }
    }
}
