package io.lockstep.cli;

import com.google.protobuf.ByteString;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.cli.shell.Editor;
import io.lockstep.client.ClientException;
import io.lockstep.client.Consistency;
import io.lockstep.client.GetOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What the next word of a line in the shell may be: a command, an option, its value, or a key of the cluster. */
final class Completions {
    private static final int MOST_KEYS = 100;
    private static final Duration PATIENCE = Duration.ofMillis(500);
    private static final Set<String> KEYS = Set.of("KEY", "END");

    private final Console console;
    private final Shared shared;
    private @Nullable CommandLine commands;

    Completions(Console console, Shared shared) {
        this.console = console;
        this.shared = shared;
    }

    Editor.Completions of(Editor.Begun line) {
        List<String> words = line.words();
        if (!words.isEmpty() && words.get(0).equals("kv")) {
            words = words.subList(1, words.size());
        }
        CommandLine command = all();
        int used = 0;
        for (CommandLine next = sub(command, words, used); next != null; next = sub(command, words, used)) {
            command = next;
            used++;
        }
        if (!command.getSubcommands().isEmpty()) {
            return used < words.size() ? Editor.Completions.NONE : matching(names(command, used), line.begun());
        }
        return argument(command.getCommandSpec(), words.subList(used, words.size()), line.begun());
    }

    private static @Nullable CommandLine sub(CommandLine command, List<String> words, int used) {
        return used < words.size() ? command.getSubcommands().get(words.get(used)) : null;
    }

    private CommandLine all() {
        CommandLine known = commands;
        if (known == null) {
            known = Kv.everything(console);
            commands = known;
        }
        return known;
    }

    private static List<String> names(CommandLine group, int used) {
        List<String> names = new ArrayList<>(group.getSubcommands().keySet());
        if (used == 0) {
            names.remove("shell");
            names.add("exit");
        }
        return names;
    }

    private Editor.Completions argument(CommandSpec command, List<String> words, String begun) {
        boolean plain = words.contains("--");
        int position = 0;
        OptionSpec awaiting = null;
        for (String word : words) {
            OptionSpec option =
                    plain || awaiting != null ? null : command.optionsMap().get(word);
            if (awaiting == null && option == null && (!word.startsWith("-") || plain) && !word.equals("--")) {
                position++;
            }
            awaiting = option != null && option.arity().max() > 0 ? option : null;
        }
        if (awaiting != null) {
            return matching(values(awaiting), begun);
        }
        if (begun.startsWith("-") && !plain) {
            List<String> options = new ArrayList<>(command.optionsMap().keySet());
            options.removeIf(name -> !name.startsWith("--") || words.contains(name));
            return matching(options, begun);
        }
        return isKey(command, position) ? keys(begun) : Editor.Completions.NONE;
    }

    private static List<String> values(OptionSpec option) {
        List<String> values = new ArrayList<>();
        if (option.completionCandidates() != null) {
            option.completionCandidates().forEach(values::add);
        }
        return values;
    }

    private static boolean isKey(CommandSpec command, int position) {
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            if (parameter.index().contains(position)) {
                return KEYS.contains(parameter.paramLabel());
            }
        }
        return false;
    }

    private static Editor.Completions matching(Iterable<String> words, String begun) {
        Set<String> found = new TreeSet<>();
        for (String word : words) {
            if (word.toLowerCase(Locale.ROOT).startsWith(begun.toLowerCase(Locale.ROOT))) {
                found.add(word);
            }
        }
        return new Editor.Completions(List.copyOf(found), true, true);
    }

    /** What the member at hand has, at most so many, and nothing if it does not answer at once. */
    private Editor.Completions keys(String begun) {
        GetOptions options = GetOptions.DEFAULT
                .consistency(Consistency.stale())
                .withPrefix()
                .keysOnly()
                .limit(MOST_KEYS);
        try {
            RangeResponse answer = shared.client(console, shared.options(), true)
                    .withTimeout(PATIENCE)
                    .sync()
                    .range(options.toRequest(ByteString.copyFromUtf8(begun)));
            List<String> keys = new ArrayList<>();
            for (KeyValue found : answer.getKvsList()) {
                String key = found.getKey().toStringUtf8();
                if (found.getKey().isValidUtf8() && isTyped(key)) {
                    keys.add(key);
                }
            }
            return new Editor.Completions(keys, !answer.getMore(), true);
        } catch (CommandFailed | ClientException noAnswer) {
            return Editor.Completions.NONE;
        }
    }

    /** Whether a person can type it as a word: one that begins like an option cannot stand where options stand. */
    private static boolean isTyped(String key) {
        return !key.startsWith("-") && key.chars().noneMatch(Character::isISOControl);
    }
}
