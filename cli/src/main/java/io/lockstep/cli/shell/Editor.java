package io.lockstep.cli.shell;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jline.reader.Candidate;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Lines that a person edits at a terminal, with those of before and with completion. Ctrl-C gives a line up, Ctrl-D on an
 * empty one is the end.
 */
public final class Editor implements Lines, AutoCloseable {
    private static final int REMEMBERED_LINES = 1_000;

    private final Terminal terminal;
    private final LineReader reader;
    private final WordParser parser = new WordParser();

    /**
     * What may stand at the end of a line.
     *
     * @param words that are complete
     * @param begun what is there of the next one, perhaps nothing
     */
    public record Begun(List<String> words, String begun) {}

    /**
     * What the next word may be.
     *
     * @param words all begin with what is begun
     * @param areAll whether there are no others
     * @param ends whether nothing comes after them: a blank may follow
     */
    public record Completions(List<String> words, boolean areAll, boolean ends) {
        public static final Completions NONE = new Completions(List.of(), true, true);

        public Completions {
            words = List.copyOf(words);
        }
    }

    /**
     * @param completions asked on the thread that reads lines; must not take long
     * @param history the file that lines are remembered in
     * @param mayBeRemembered asked for each line
     */
    public Editor(
            Terminal terminal,
            Function<Begun, Completions> completions,
            Path history,
            Predicate<String> mayBeRemembered) {
        this.terminal = terminal;
        Remembered.makeFile(history);
        this.reader = LineReaderBuilder.builder()
                .appName("kv")
                .terminal(terminal)
                .parser(parser)
                .history(new Remembered(mayBeRemembered))
                .completer((ignored, line, candidates) -> candidates(completions, line, candidates))
                .variable(LineReader.HISTORY_FILE, history)
                .variable(LineReader.HISTORY_SIZE, REMEMBERED_LINES)
                .variable(LineReader.HISTORY_FILE_SIZE, REMEMBERED_LINES)
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, "> ")
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.AUTO_MENU, false)
                .option(LineReader.Option.HISTORY_TIMESTAMPED, false)
                .option(LineReader.Option.BRACKETED_PASTE, true)
                .build();
    }

    /** The terminal that this process was started at. */
    public static Terminal systemTerminal() throws IOException {
        // Of its ways to a terminal the one without native code: stty does the work. How a terminal draws clusters of
        // characters is not asked: where nobody answers that costs two seconds.
        return TerminalBuilder.builder()
                .system(true)
                .provider("exec")
                .graphemeCluster(false)
                .build();
    }

    @Override
    public Optional<String> next(String prompt) {
        return read(prompt, null);
    }

    private Optional<String> read(String prompt, @Nullable Character mask) {
        try {
            String line = mask == null ? reader.readLine(prompt) : reader.readLine(prompt, mask);
            return Optional.of(new String(line.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
        } catch (UserInterruptException givenUp) {
            return Optional.of("");
        } catch (EndOfFileException end) {
            return Optional.empty();
        }
    }

    /** A line that is neither shown nor remembered. */
    public Optional<String> secret(String prompt) {
        return unremembered(prompt, '\0');
    }

    private Optional<String> unremembered(String prompt, @Nullable Character mask) {
        reader.setVariable(LineReader.DISABLE_HISTORY, true);
        reader.setVariable(LineReader.DISABLE_COMPLETION, true);
        parser.asItIs = true;
        try {
            return read(prompt, mask);
        } finally {
            parser.asItIs = false;
            reader.setVariable(LineReader.DISABLE_HISTORY, false);
            reader.setVariable(LineReader.DISABLE_COMPLETION, false);
        }
    }

    @Override
    public InputStream input() {
        return new TypedInput(() -> unremembered("", null));
    }

    /** @param act done at Ctrl-C while no line is read, on a thread of JLine's */
    public void onInterrupt(Runnable act) {
        terminal.handle(Terminal.Signal.INT, signal -> act.run());
    }

    @Override
    public void close() throws IOException {
        reader.getHistory().save();
        terminal.close();
    }

    private static void candidates(
            Function<Begun, Completions> completions, ParsedLine line, List<Candidate> candidates) {
        List<String> before = line.words().subList(0, line.wordIndex());
        Completions found = completions.apply(new Begun(before, line.word()));
        for (String word : found.words()) {
            candidates.add(new Candidate(word, word, null, null, null, null, found.ends()));
        }
        if (!found.areAll()) {
            // Begins like what was typed and like nothing more, so that no more than that is taken for common to all.
            candidates.add(new Candidate(line.word(), "...and more", null, null, null, null, false, 1));
        }
    }

    /** Words as this shell has them. For completion the line ends at the cursor. */
    private static final class WordParser implements Parser {
        /** The line is no command: its quotes mean nothing. Set and read by the thread that reads lines. */
        private boolean asItIs;

        @Override
        public ParsedLine parse(String line, int cursor, ParseContext context) {
            if (context == ParseContext.COMPLETE) {
                return ToCursor.of(line, cursor);
            }
            String open = Words.read(line).open();
            if (context == ParseContext.ACCEPT_LINE && !asItIs && !open.isEmpty()) {
                throw new EOFError(-1, -1, "open: " + open, open);
            }
            return ToCursor.of(line, line.length());
        }

        @Override
        public boolean isEscapeChar(char c) {
            return c == '\\';
        }
    }

    private record ToCursor(String line, int cursor, List<String> words, int rawWordLength)
            implements CompletingParsedLine {
        static ToCursor of(String line, int cursor) {
            String before = line.substring(0, cursor);
            Words read = Words.read(before);
            List<String> words = new ArrayList<>(read.words());
            if (read.lastBegin() == before.length()) {
                words.add("");
            }
            return new ToCursor(line, cursor, words, before.length() - read.lastBegin());
        }

        @Override
        public String word() {
            return words.get(words.size() - 1);
        }

        @Override
        public int wordCursor() {
            return word().length();
        }

        @Override
        public int wordIndex() {
            return words.size() - 1;
        }

        @Override
        public CharSequence escape(CharSequence candidate, boolean complete) {
            return candidate.isEmpty() ? "" : Words.escape(candidate.toString());
        }

        @Override
        public int rawWordCursor() {
            return rawWordLength;
        }
    }
}
