package io.lockstep.lab;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Every call as a line, so that anyone can work the figures out again. */
final class SampleFile {
    private SampleFile() {}

    static void write(Path file, Evidence evidence) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write(
                    "setting,member,sequence,sent_s,ended_s,result,asked_revision,revision,proven_ms,served,missing\n");
            for (Sample sample : evidence.samples()) {
                out.write(String.format(
                        Locale.ROOT,
                        "%s,n%d,%d,%.6f,%.6f,%s,%d,%d,%s,%s,%d%n",
                        sample.setting().id(),
                        sample.node(),
                        sample.sequence(),
                        evidence.seconds(sample.sentNanos()),
                        evidence.seconds(sample.endedNanos()),
                        sample.result(),
                        sample.askedRevision(),
                        sample.revision(),
                        sample.provenMillis() == Sample.UNPROVEN ? "" : sample.provenMillis(),
                        sample.served(),
                        sample.missing()));
            }
        }
    }
}
