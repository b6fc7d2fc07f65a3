package io.lockstep.node;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogSetupTest {
    @TempDir
    Path directory;

    @Test
    void file_events_standThereAndChattyLibrariesStayQuiet() throws Exception {
        Path file = directory.resolve("node.log");
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        LogSetup.configure(context, file.toString());
        context.getLogger("io.lockstep.node.KvNode").info("serves {}", "clients");
        context.getLogger("io.lockstep.node.KvNode").debug("detail");
        context.getLogger("com.alipay.sofa.jraft.core.NodeImpl").info("state");
        context.stop();
        assertThat(Files.readString(file))
                .endsWith(" INFO  - KvNode: serves clients\n")
                .hasLineCount(1);
    }

    @Test
    void ownConfiguration_onTheClassPath_goesFirst() {
        // The tests of this module bring one.
        assertThat(new LogSetup().configure(new LoggerContext())).isEqualTo(ExecutionStatus.INVOKE_NEXT_IF_ANY);
    }
}
