package io.lockstep.cli;

import io.lockstep.api.Compare;
import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * Reads a transaction as etcdctl's {@code txn} does: conditions, a blank line, requests for when all hold, a blank line,
 * requests for when not, a blank line. Lines are kept as one char per byte (see {@link Bytes}).
 *
 * <pre>
 * mod("greeting") > "0"
 *
 * put greeting "hello again"
 *
 * put greeting hello
 *
 * </pre>
 *
 * More lenient than etcdctl in two points: no blanks are needed around the operator, and the end of the input ends the
 * section.
 */
final class TxnInput {
    private static final Pattern CONDITION =
            Pattern.compile("\\s*(\\w+)\\(\\s*(\"(?:[^\"\\\\]|\\\\.)*\"|[^\\s\")]+)\\s*\\)\\s*(\\S+?)\\s*"
                    + "(\"(?:[^\"\\\\]|\\\\.)*\"|[^\\s\"]+)\\s*");
    private static final Pattern WORD = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|'[^']*'|[^'\"\\s]\\S*");
    private static final String EXAMPLE = "write for example mod(\"key\") > \"0\"";

    private final InputStream in;
    private final Console console;
    private final boolean prompts;

    /** @param prompts whether to say what is expected next */
    TxnInput(Console console, boolean prompts) {
        this.in = console.in();
        this.console = console;
        this.prompts = prompts;
    }

    TxnRequest read() throws IOException {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (String line : section("compares:")) {
            txn.addCompare(condition(line));
        }
        for (String line : section("success requests (get, put, del):")) {
            txn.addSuccess(request(line));
        }
        for (String line : section("failure requests (get, put, del):")) {
            txn.addFailure(request(line));
        }
        return txn.build();
    }

    private List<String> section(String prompt) throws IOException {
        if (prompts) {
            console.say(prompt);
        }
        List<String> lines = new ArrayList<>();
        for (String line = line(); !line.isBlank(); line = line()) {
            lines.add(line);
        }
        return lines;
    }

    /** The next line, empty at the end. Byte by byte: what follows the transaction is not ours. */
    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.write(next);
        }
        return line.toString(StandardCharsets.ISO_8859_1).replace("\r", "");
    }

    static Compare condition(String line) {
        Matcher matcher = CONDITION.matcher(line);
        if (!matcher.matches()) {
            throw CommandFailed.usage("cannot read the condition: " + line + ": " + EXAMPLE);
        }
        Compare.Builder compare = Compare.newBuilder().setKey(Bytes.of(unquote(matcher.group(2))));
        String value = unquote(matcher.group(4));
        switch (matcher.group(1)) {
            case "ver", "version" ->
                compare.setTarget(Compare.CompareTarget.VERSION).setVersion(number(value, line));
            case "c", "create" ->
                compare.setTarget(Compare.CompareTarget.CREATE).setCreateRevision(number(value, line));
            case "m", "mod" -> compare.setTarget(Compare.CompareTarget.MOD).setModRevision(number(value, line));
            case "val", "value" ->
                compare.setTarget(Compare.CompareTarget.VALUE).setValue(Bytes.of(value));
            case "lease" -> compare.setTarget(Compare.CompareTarget.LEASE).setLease(lease(value, line));
            default ->
                throw CommandFailed.usage("cannot read the condition: " + line + ": \"" + matcher.group(1)
                        + "\" is none of value, version, create, mod, lease");
        }
        compare.setResult(
                switch (matcher.group(3)) {
                    case "=" -> Compare.CompareResult.EQUAL;
                    case "!=" -> Compare.CompareResult.NOT_EQUAL;
                    case "<" -> Compare.CompareResult.LESS;
                    case ">" -> Compare.CompareResult.GREATER;
                    default ->
                        throw CommandFailed.usage("cannot read the condition: " + line + ": \"" + matcher.group(3)
                                + "\" is none of = != < >");
                });
        return compare.build();
    }

    private static long number(String text, String line) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException bad) {
            throw CommandFailed.usage("cannot read the condition: " + line + ": \"" + text + "\" is no number");
        }
    }

    private static long lease(String text, String line) {
        try {
            return Long.parseLong(text, 16);
        } catch (NumberFormatException bad) {
            throw CommandFailed.usage(
                    "cannot read the condition: " + line + ": \"" + text + "\" is no lease id in hexadecimal");
        }
    }

    private RequestOp request(String line) {
        List<String> words = words(line);
        String[] arguments = words.subList(1, words.size()).toArray(String[]::new);
        try {
            return switch (words.get(0)) {
                case "put" -> {
                    PutCommand put = new PutCommand(console);
                    new CommandLine(put).parseArgs(arguments);
                    put.check();
                    if (put.value == null && !put.keepValue) {
                        throw CommandFailed.usage("a put inside a transaction needs its value on the line: " + line);
                    }
                    yield RequestOp.newBuilder().setRequestPut(put.request()).build();
                }
                case "get" -> {
                    GetCommand get = new GetCommand(console);
                    new CommandLine(get)
                            .setCaseInsensitiveEnumValuesAllowed(true)
                            .parseArgs(arguments);
                    get.check();
                    yield RequestOp.newBuilder().setRequestRange(get.request()).build();
                }
                case "del" -> {
                    DelCommand del = new DelCommand(console);
                    new CommandLine(del).parseArgs(arguments);
                    del.check();
                    yield RequestOp.newBuilder()
                            .setRequestDeleteRange(del.request())
                            .build();
                }
                default ->
                    throw CommandFailed.usage(
                            "cannot read the request: " + line + ": \"" + words.get(0) + "\" is none of get, put, del");
            };
        } catch (ParameterException bad) {
            throw CommandFailed.usage("cannot read the request: " + line + ": " + bad.getMessage());
        }
    }

    static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(line);
        while (matcher.find()) {
            words.add(unquote(matcher.group()));
        }
        if (words.isEmpty()) {
            throw CommandFailed.usage("cannot read the request: " + line);
        }
        return words;
    }

    /** Double quotes with Go's escapes, single quotes without any. */
    private static String unquote(String word) {
        if (word.length() >= 2 && word.startsWith("'") && word.endsWith("'")) {
            return word.substring(1, word.length() - 1);
        }
        if (word.length() < 2 || !word.startsWith("\"") || !word.endsWith("\"")) {
            return word;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < word.length() - 1; i++) {
            char c = word.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char escape = word.charAt(++i);
            int digits = switch (escape) {
                case 'x' -> 2;
                case 'u' -> 4;
                case 'U' -> 8;
                case '0', '1', '2', '3' -> 3;
                default -> 0;
            };
            if (digits == 0) {
                text.append(plainEscape(escape, word));
                continue;
            }
            boolean octal = escape >= '0' && escape <= '3';
            int from = octal ? i : i + 1;
            int code = code(word, from, digits, octal ? 8 : 16);
            i = from + digits - 1;
            if (octal || escape == 'x') {
                text.append((char) code);
            } else {
                byte[] utf8 = new String(Character.toChars(code)).getBytes(StandardCharsets.UTF_8);
                text.append(new String(utf8, StandardCharsets.ISO_8859_1));
            }
        }
        return text.toString();
    }

    private static int code(String word, int from, int digits, int radix) {
        try {
            int code = Integer.parseInt(word.substring(from, from + digits), radix);
            if (code >= 0 && (radix == 16 && digits > 2 ? Character.isValidCodePoint(code) : code < 0x100)) {
                return code;
            }
        } catch (NumberFormatException | IndexOutOfBoundsException bad) {
            // Told below.
        }
        throw CommandFailed.usage("cannot read " + word + ": a broken escape; write \\xNN, \\uNNNN or \\\\");
    }

    private static char plainEscape(char escape, String word) {
        return switch (escape) {
            case 'a' -> 0x07;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> 0x0b;
            case '\\', '"', '\'' -> escape;
            default ->
                throw CommandFailed.usage(
                        "cannot read " + word + ": \\" + escape + " is no escape; write \\\\ for a backslash");
        };
    }
}
