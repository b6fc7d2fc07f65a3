package io.lockstep.node.raft.log;

import com.alipay.sofa.jraft.entity.LocalStorageOutter.StablePBMeta;
import com.alipay.sofa.jraft.storage.io.ProtoBufFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** JRaft's file of term and vote, looked at before JRaft starts. */
final class VoteFile {
    private static final String NAME = "raft_meta";

    private VoteFile() {}

    /** The stored term; empty when there is no file. */
    static OptionalLong term(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        if (!Files.exists(file)) {
            return OptionalLong.empty();
        }
        StablePBMeta meta = new ProtoBufFile(file.toString()).load();
        if (meta == null) {
            throw new IOException(file + " is empty or damaged");
        }
        return OptionalLong.of(meta.getTerm());
    }
}
