package io.lockstep.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.ContextInitializer;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.util.FileSize;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where events are logged: the console, or with {@code -Dlockstep.log.file} files that rotate.
 *
 * <p>In Java and not in a file of logback's, because to read that takes a tenth of the CPU time of a node's start. Whoever
 * has such a file (on the class path, or by {@code -Dlogback.configurationFile}) gets what it says.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class LogSetup extends ContextAwareBase implements Configurator {
    private static final String FILE_PROPERTY = "lockstep.log.file";
    private static final String LEVEL_PROPERTY = "lockstep.log.level";
    private static final String MEMBER_PROPERTY = "lockstep.member";
    private static final long MAX_FILE_BYTES = 20 * FileSize.MB_COEFFICIENT;
    private static final long MAX_TOTAL_BYTES = 200 * FileSize.MB_COEFFICIENT;
    private static final int MAX_FILE_DAYS = 14;

    /** Libraries that log states, not events, at INFO. */
    private static final List<String> CHATTY = List.of("com.alipay.sofa.jraft", "io.netty", "io.grpc");

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (hasFile()) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        configure(context, System.getProperty(FILE_PROPERTY));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** @param file null: the console */
    static void configure(LoggerContext context, @Nullable String file) {
        for (String name : CHATTY) {
            context.getLogger(name).setLevel(Level.WARN);
        }
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(System.getProperty(LEVEL_PROPERTY), Level.INFO));
        root.addAppender(file == null ? console(context) : files(context, file));
    }

    private static boolean hasFile() {
        ClassLoader classes = LogSetup.class.getClassLoader();
        return System.getProperty(ContextInitializer.CONFIG_FILE_PROPERTY) != null
                || classes.getResource(ContextInitializer.TEST_AUTOCONFIG_FILE) != null
                || classes.getResource(ContextInitializer.AUTOCONFIG_FILE) != null;
    }

    private static Appender<ILoggingEvent> console(LoggerContext context) {
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName("console");
        appender.setTarget("System.err");
        appender.setEncoder(encoder(context));
        appender.start();
        return appender;
    }

    private static Appender<ILoggingEvent> files(LoggerContext context, String file) {
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        SizeAndTimeBasedRollingPolicy<ILoggingEvent> rolling = new SizeAndTimeBasedRollingPolicy<>();
        appender.setContext(context);
        appender.setName("files");
        appender.setFile(file);
        appender.setEncoder(encoder(context));
        appender.setRollingPolicy(rolling);
        rolling.setContext(context);
        rolling.setParent(appender);
        rolling.setFileNamePattern(file + ".%d{yyyy-MM-dd}.%i.gz");
        rolling.setMaxFileSize(new FileSize(MAX_FILE_BYTES));
        rolling.setMaxHistory(MAX_FILE_DAYS);
        rolling.setTotalSizeCap(new FileSize(MAX_TOTAL_BYTES));
        rolling.start();
        appender.start();
        return appender;
    }

    private static PatternLayoutEncoder encoder(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level " + System.getProperty(MEMBER_PROPERTY, "-")
                + " %logger{0}: %msg%n");
        encoder.start();
        return encoder;
    }
}
