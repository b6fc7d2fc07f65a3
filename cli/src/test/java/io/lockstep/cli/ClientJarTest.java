package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClientJarTest {
    private static final String SERVICE = "META-INF/services/io.grpc.NameResolverProvider";

    @TempDir
    Path directory;

    @Test
    void jars_intoOne_keepEveryProviderAndTheFirstOfEachClass() throws IOException {
        Path first =
                jar("first.jar", Map.of("a/A.class", "1", SERVICE, "a.Dns", "META-INF/MANIFEST.MF", "Sealed: true"));
        Path second = jar("second.jar", Map.of("a/A.class", "2", "b/B.class", "3", SERVICE, "b.Unix"));
        Path all = directory.resolve("all.jar");

        ClientJar.main(new String[] {all.toString(), first.toString(), second.toString()});

        assertThat(content(all)).isEqualTo(Map.of("a/A.class", "1", "b/B.class", "3", SERVICE, "a.Dns\nb.Unix\n"));
    }

    private Path jar(String name, Map<String, String> entries) throws IOException {
        Path file = directory.resolve(name);
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, String> entry : entries.entrySet()) {
                out.putNextEntry(new ZipEntry(entry.getKey()));
                out.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
                out.closeEntry();
            }
        }
        return file;
    }

    private static Map<String, String> content(Path jar) throws IOException {
        Map<String, String> content = new TreeMap<>();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : zip.stream().toList()) {
                content.put(
                        entry.getName(), new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return content;
    }
}
