package io.lockstep.node.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Where a setting comes from that is not on the command line: the environment, then the file, then its default. */
public final class SettingSources implements IDefaultValueProvider {
    private static final String PREFIX = "LOCKSTEP_";
    private static final String FILE_FLAG = "--config-file";

    private final Map<String, String> environment;
    private final Properties file;

    private SettingSources(Map<String, String> environment, Properties file) {
        this.environment = environment;
        this.file = file;
    }

    /**
     * @param known long names of all flags, without dashes: a line of the file with another name is an error
     * @throws ConfigException if the file can't be read or has a line that is not a setting
     */
    public static SettingSources of(List<String> arguments, Map<String, String> environment, Set<String> known) {
        String path = fileArgument(arguments);
        if (path == null) {
            path = environment.get(PREFIX + "CONFIG_FILE");
        }
        return new SettingSources(environment, path == null ? new Properties() : load(Path.of(path), known));
    }

    private static @Nullable String fileArgument(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.startsWith(FILE_FLAG + "=")) {
                return argument.substring(FILE_FLAG.length() + 1);
            }
            if (argument.equals(FILE_FLAG) && i + 1 < arguments.size()) {
                return arguments.get(i + 1);
            }
        }
        return null;
    }

    private static Properties load(Path path, Set<String> known) {
        Properties file = new Properties();
        try (Reader reader = Files.newBufferedReader(path)) {
            file.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw ConfigException.of("config-file", path, "can't be read: " + e.getMessage());
        }
        for (String setting : file.stringPropertyNames()) {
            if (!known.contains(setting)) {
                throw ConfigException.of(
                        "config-file", path, "has a line \"" + setting + "\", which is no setting; see kv node --help");
            }
        }
        return file;
    }

    @Override
    public @Nullable String defaultValue(ArgSpec arg) {
        if (!(arg instanceof OptionSpec option)) {
            return null;
        }
        String setting = option.longestName().substring(2);
        String fromEnvironment =
                environment.get(PREFIX + setting.toUpperCase(Locale.ROOT).replace('-', '_'));
        if (fromEnvironment != null && !setting.equals("config-file")) {
            return fromEnvironment;
        }
        String fromFile = file.getProperty(setting);
        return fromFile == null ? null : unquoted(fromFile.strip());
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() > 1
                && (value.startsWith("\"") && value.endsWith("\"") || value.startsWith("'") && value.endsWith("'"));
        return quoted ? value.substring(1, value.length() - 1) : value;
    }
}
