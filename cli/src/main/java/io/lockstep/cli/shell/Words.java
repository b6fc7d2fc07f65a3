package io.lockstep.cli.shell;

import java.util.ArrayList;
import java.util.List;

/**
 * A line as words, quoted as in a shell: {@code 'as it is'}, <code>"with \" and \\"</code>, {@code a\ b}, {@code # comment}. A
 * line may have an open end: a quote that is not closed, or a backslash at its very end.
 *
 * @param words without their quotes
 * @param lastBegin where the last word begins in the line, with its quotes; the line's length if a blank ends it
 * @param open what would close it; empty if nothing is open
 */
public record Words(List<String> words, int lastBegin, String open) {
    private static final List<String> OPERATORS = List.of("|", "||", "&", "&&", ";", ">", ">>", "<", "<<");
    private static final String IN_DOUBLE_QUOTES = "\"\\$`";
    private static final String SPECIAL = " \t\"'\\#|&;<>*?$`!(){}[]~";

    /** The line cannot be read; the message is one line. */
    public static final class NotReadable extends Exception {
        private static final long serialVersionUID = 1L;

        NotReadable(String message) {
            super(message, null, false, false);
        }
    }

    /** Reads one line, which may hold line breaks in its quotes. */
    private static final class Scanner {
        private final String line;
        private final List<String> words = new ArrayList<>();
        private final StringBuilder word = new StringBuilder();
        private int at;
        private int begin = -1;
        private boolean quoted;
        private String open = "";

        Scanner(String line) {
            this.line = line;
        }

        Words scan() {
            while (at < line.length()) {
                char c = line.charAt(at);
                if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                    end();
                    at++;
                } else if (c == '#' && begin < 0) {
                    int lineEnd = line.indexOf('\n', at);
                    at = lineEnd < 0 ? line.length() : lineEnd;
                } else {
                    begin = begin < 0 ? at : begin;
                    part(c);
                }
            }
            int last = begin < 0 ? line.length() : begin;
            end();
            return new Words(List.copyOf(words), last, open);
        }

        private void part(char c) {
            switch (c) {
                case '\'' -> single();
                case '"' -> twofold();
                case '\\' -> escaped();
                default -> {
                    word.append(c);
                    at++;
                }
            }
        }

        private void single() {
            quoted = true;
            int close = line.indexOf('\'', at + 1);
            if (close < 0) {
                open = "'";
            }
            word.append(line, at + 1, close < 0 ? line.length() : close);
            at = close < 0 ? line.length() : close + 1;
        }

        private void twofold() {
            quoted = true;
            for (at++; at < line.length() && line.charAt(at) != '"'; at++) {
                boolean escape = line.charAt(at) == '\\'
                        && at + 1 < line.length()
                        && IN_DOUBLE_QUOTES.indexOf(line.charAt(at + 1)) >= 0;
                at = escape ? at + 1 : at;
                word.append(line.charAt(at));
            }
            if (at >= line.length()) {
                open = "\"";
            }
            at++;
        }

        /** A backslash and the end of the line: the next line goes on here. */
        private void escaped() {
            quoted = true;
            if (at + 1 >= line.length()) {
                open = "\\";
            } else if (line.charAt(at + 1) != '\n') {
                word.append(line.charAt(at + 1));
            }
            at += 2;
        }

        private void end() {
            if (begin >= 0) {
                String text = word.toString();
                words.add(!quoted && OPERATORS.contains(text) ? OPERATOR + text : text);
            }
            word.setLength(0);
            begin = -1;
            quoted = false;
        }
    }

    /** Before a word that is an operator of other shells, and not quoted: no argument can hold it. */
    private static final char OPERATOR = '\0';

    /** Reads a line that may not be complete yet. */
    public static Words read(String line) {
        return new Scanner(line).scan();
    }

    /** The words of a complete line. */
    public List<String> complete() throws NotReadable {
        if (!open.isEmpty()) {
            throw new NotReadable(
                    open.equals("\\") ? "the last line ends with \\" : "the quote " + open + " is not closed");
        }
        for (String word : words) {
            if (!word.isEmpty() && word.charAt(0) == OPERATOR) {
                throw new NotReadable("there is no " + word.substring(1)
                        + " here, one command is one line: quote it if it is meant as it is");
            }
        }
        return words;
    }

    /** The word as it must be typed to mean just this. */
    public static String escape(String word) {
        if (word.isEmpty()) {
            return "''";
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < word.length(); i++) {
            if (SPECIAL.indexOf(word.charAt(i)) >= 0) {
                text.append('\\');
            }
            text.append(word.charAt(i));
        }
        return text.toString();
    }
}
