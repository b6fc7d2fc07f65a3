package io.lockstep.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Puts the client's jars into one. Looking for service files opens every jar of a class path and reads its whole
 * directory: 30 of them cost a command 40 ms more than one. Run by the launcher after a build; no command.
 */
public final class ClientJar {
    private static final String SERVICES = "META-INF/services/";
    /** Where JLine finds its ways to a terminal. */
    private static final String TERMINALS = "META-INF/jline/";

    private final Set<String> seen = new HashSet<>();
    /** Lines of all jars by service: each jar names its own providers. */
    private final Map<String, StringBuilder> services = new TreeMap<>();

    private ClientJar() {}

    /** @param arguments the jar to write, then the jars to read; the first that has a class wins, as on a class path */
    public static void main(String[] arguments) throws IOException {
        ClientJar jar = new ClientJar();
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(Path.of(arguments[0])))) {
            // Nearly all classes come from the archive of classes: reading the rest fast counts for more than size.
            out.setLevel(Deflater.NO_COMPRESSION);
            for (String part : Arrays.asList(arguments).subList(1, arguments.length)) {
                try (ZipFile in = new ZipFile(part)) {
                    jar.add(in, out);
                }
            }
            jar.addServices(out);
        }
    }

    private void add(ZipFile in, ZipOutputStream out) throws IOException {
        for (Enumeration<? extends ZipEntry> entries = in.entries(); entries.hasMoreElements(); ) {
            ZipEntry entry = entries.nextElement();
            try (InputStream content = in.getInputStream(entry)) {
                if (entry.getName().startsWith(SERVICES) && !entry.isDirectory()) {
                    services.computeIfAbsent(entry.getName(), name -> new StringBuilder())
                            .append(new String(content.readAllBytes(), StandardCharsets.UTF_8))
                            .append('\n');
                } else if (isNeeded(entry) && seen.add(entry.getName())) {
                    write(entry.getName(), content.readAllBytes(), out);
                }
            }
        }
    }

    /** Manifests, signatures, Maven's files and classes for newer JVMs speak of the jar that they were in. */
    private static boolean isNeeded(ZipEntry entry) {
        String name = entry.getName();
        return !entry.isDirectory()
                && (!name.startsWith("META-INF/") || name.startsWith(TERMINALS))
                && !name.equals("module-info.class")
                && !name.endsWith(".proto");
    }

    private void addServices(ZipOutputStream out) throws IOException {
        for (Map.Entry<String, StringBuilder> service : services.entrySet()) {
            write(service.getKey(), service.getValue().toString().getBytes(StandardCharsets.UTF_8), out);
        }
    }

    private static void write(String name, byte[] content, ZipOutputStream out) throws IOException {
        out.putNextEntry(new ZipEntry(name));
        out.write(content);
        out.closeEntry();
    }
}
