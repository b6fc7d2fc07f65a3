package io.lockstep.jepsen.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Something that this machine can or cannot do, found out by doing it.
 *
 * @param detail what is missing, or what was seen
 */
public record Capability(String name, boolean present, String detail) {
    public static final String HOSTS = "hosts";
    public static final String POWER_CUTS = "power cuts";
    public static final String CLOCKS = "clocks";

    /** Builds two hosts and cuts them, makes a disk and takes its power; about a second. */
    public static List<Capability> probe() {
        List<Capability> found = new ArrayList<>();
        found.add(tool("ip", "-V", "iproute2"));
        found.add(tool("nft", "-v", "nftables"));
        found.add(tool("nsenter", "-V", "util-linux"));
        found.add(tool("mkfs.ext4", "-V", "e2fsprogs"));
        found.add(tool("xfs_io", "-V", "xfsprogs"));
        found.add(tool("gcc", "--version", "gcc libc6-dev"));
        RunFolder run;
        try {
            run = RunFolder.claim();
        } catch (IOException | RuntimeException e) {
            found.add(new Capability(HOSTS, false, String.valueOf(e.getMessage())));
            return found;
        }
        try {
            found.add(attempt(HOSTS, () -> probeHosts(run)));
            found.add(attempt(POWER_CUTS, () -> probePowerCut(run)));
            found.add(attempt(CLOCKS, () -> probeClocks(run)));
        } finally {
            try {
                run.remove();
            } catch (IOException | RuntimeException e) {
                found.add(new Capability("clearing away", false, String.valueOf(e.getMessage())));
            }
        }
        return found;
    }

    private static Capability tool(String name, String versionFlag, String debianPackage) {
        Shell.Result result = Shell.attempt(name, versionFlag);
        String firstLine = result.output().lines().findFirst().orElse("");
        return new Capability(
                name, result.exitCode() != 127, result.exitCode() == 127 ? "install " + debianPackage : firstLine);
    }

    private interface Probe {
        /** What is wrong, or an empty text. */
        String run() throws IOException;
    }

    private static Capability attempt(String name, Probe probe) {
        try {
            String problem = probe.run();
            return new Capability(name, problem.isEmpty(), problem.isEmpty() ? "tried, works" : problem);
        } catch (IOException | RuntimeException e) {
            return new Capability(name, false, String.valueOf(e.getMessage()));
        }
    }

    private static String probeHosts(RunFolder run) {
        Network network = new Network(run, 2);
        network.up();
        List<Network.Link> links = List.of(new Network.Link(1, 2), new Network.Link(2, 1));
        network.cut(links);
        List<Network.Link> open = network.notCut(links);
        network.cut(List.of());
        return open.isEmpty() ? "" : "packets pass a cut: " + open;
    }

    private static String probeClocks(RunFolder run) throws IOException {
        Clocks.in(run.path());
        return "";
    }

    private static String probePowerCut(RunFolder run) throws IOException {
        LoopDisk disk = new LoopDisk(run.path(), "probe");
        disk.create();
        Path data = Files.createDirectories(disk.dataFolder());
        disk.beforeCut();
        disk.cutPower();
        String problem = disk.restorePower();
        Files.deleteIfExists(data);
        return problem;
    }
}
