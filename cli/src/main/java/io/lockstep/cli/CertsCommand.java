package io.lockstep.cli;

import io.lockstep.cli.certs.Authority;
import io.lockstep.cli.certs.Holder;
import io.lockstep.cli.certs.Signed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "certs",
        description = "Makes certificates for TLS on both ports, for development and tests.",
        footer = {
            "",
            "Two CAs: one signs servers and clients, the other members, so that no client is taken for a member.",
            "Nothing is overwritten. Keys can be read by their owner alone; keep those of the CAs off the servers.",
            "",
            "Examples:",
            "  kv certs                                       for nodes on this machine, into ./certs",
            "  kv certs --hosts n1.lan,n2.lan,10.0.0.3        for nodes elsewhere",
            "  kv certs --client-cn root                      a client that is the user root, see --client-cert-auth",
            "  kv certs --ca certs --out ann --client-cn ann  more of them, of the same CAs"
        })
final class CertsCommand implements Callable<Integer> {
    private static final int MAX_DAYS = 3650;
    private static final String CA = "ca";
    private static final String PEER_CA = "peer-ca";
    private static final String SERVER = "server";
    private static final String PEER = "peer";
    private static final String CLIENT = "client";

    @Option(names = "--out", paramLabel = "FOLDER", description = "Where the files go. Default: certs.")
    String out = "certs";

    @Option(
            names = "--hosts",
            paramLabel = "HOST[,...]",
            description = "Names and IP addresses of the nodes. Default: localhost,127.0.0.1,::1.")
    String hosts = "localhost,127.0.0.1,::1";

    @Option(names = "--client-cn", paramLabel = "NAME", description = "The client's name. Default: client.")
    String clientName = "client";

    @Option(names = "--days", paramLabel = "N", description = "How long they are good, 1 to 3650. Default: 365.")
    int days = 365;

    @Option(
            names = "--ca",
            paramLabel = "FOLDER",
            description = "Sign with the CAs that an earlier \"kv certs\" made there. Default: new ones.")
    @Nullable
    String authorities;

    private final Console console;
    private final Map<String, Signed> made = new LinkedHashMap<>();

    CertsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (days < 1 || days > MAX_DAYS) {
            throw CommandFailed.usage("--days is " + days + "; it must be 1 to " + MAX_DAYS);
        }
        Path folder = console.resolve(Bytes.text(out));
        try {
            make();
            requireAbsent(folder);
            Files.createDirectories(folder);
            for (Map.Entry<String, Signed> entry : made.entrySet()) {
                entry.getValue().write(certificate(folder, entry.getKey()), key(folder, entry.getKey()));
            }
        } catch (IllegalArgumentException bad) {
            throw CommandFailed.usage(String.valueOf(bad.getMessage()));
        } catch (IOException e) {
            throw new CommandFailed("the certificates can't be made: " + e.getMessage());
        } catch (GeneralSecurityException e) {
            throw new CommandFailed("this Java can't make certificates: " + e.getMessage());
        }
        report(Bytes.text(out));
        return CommandFailed.DONE;
    }

    private void make() throws IOException, GeneralSecurityException {
        Duration validity = Duration.ofDays(days);
        List<String> names = List.of(Bytes.text(hosts).split(",")).stream()
                .map(String::strip)
                .toList();
        Authority ofClients = authority(CA, "Lockstep development CA");
        Authority ofMembers = authority(PEER_CA, "Lockstep development CA of members");
        made.put(SERVER, ofClients.sign(new Holder("server", names, Holder.Use.SERVER), validity));
        made.put(CLIENT, ofClients.sign(new Holder(Bytes.text(clientName), List.of(), Holder.Use.CLIENT), validity));
        made.put(PEER, ofMembers.sign(new Holder("member", names, Holder.Use.BOTH), validity));
    }

    private Authority authority(String file, String name) throws IOException, GeneralSecurityException {
        if (authorities != null) {
            Path folder = console.resolve(Bytes.text(authorities));
            if (!Files.isReadable(certificate(folder, file)) || !Files.isReadable(key(folder, file))) {
                throw new IllegalArgumentException("--ca: \"" + Bytes.text(authorities) + "\" has no " + file
                        + ".crt and " + file + ".key that can be read");
            }
            return Authority.load(certificate(folder, file), key(folder, file));
        }
        Authority fresh = Authority.create(name, Duration.ofDays(days));
        made.put(file, fresh.own());
        return fresh;
    }

    /** All are looked at before one is written. */
    private void requireAbsent(Path folder) {
        for (String name : made.keySet()) {
            for (Path file : List.of(certificate(folder, name), key(folder, name))) {
                if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                    throw new CommandFailed("\"" + file
                            + "\" is there already and is not overwritten: give another --out, or remove it");
                }
            }
        }
    }

    private static Path certificate(Path folder, String name) {
        return folder.resolve(name + ".crt");
    }

    private static Path key(Path folder, String name) {
        return folder.resolve(name + ".key");
    }

    private void report(String shown) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"FILES", "FOR", "SIGNED BY", "GOOD UNTIL"});
        made.forEach((name, signed) -> rows.add(new String[] {
            shown + "/" + name + ".crt, .key",
            holder(name),
            name.equals(CA) || name.equals(PEER_CA) ? "itself" : name.equals(PEER) ? PEER_CA : CA,
            LocalDate.ofInstant(signed.certificate().getNotAfter().toInstant(), ZoneOffset.UTC)
                    .toString()
        }));
        int[] widths = new int[rows.get(0).length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                line.append(row[i]).append(" ".repeat(i == row.length - 1 ? 0 : widths[i] - row[i].length() + 2));
            }
            console.say(line.toString());
        }
        String authority = authorities == null ? shown : Bytes.text(authorities);
        console.say("");
        console.say("Nodes, with https:// in their URLs:");
        console.say("  --cert-file " + shown + "/server.crt --key-file " + shown + "/server.key --trusted-ca-file "
                + authority + "/ca.crt \\");
        console.say("  --peer-cert-file " + shown + "/peer.crt --peer-key-file " + shown
                + "/peer.key --peer-trusted-ca-file " + authority + "/peer-ca.crt");
        console.say("Clients (kv, etcdctl, curl):");
        console.say(
                "  --cacert " + authority + "/ca.crt --cert " + shown + "/client.crt --key " + shown + "/client.key");
    }

    private String holder(String name) {
        return switch (name) {
            case CA -> "the CA of servers and clients";
            case PEER_CA -> "the CA of members";
            case SERVER -> "the client port of " + Bytes.text(hosts);
            case PEER -> "the peer port of " + Bytes.text(hosts);
            default -> "a client, CN " + Bytes.text(clientName);
        };
    }
}
