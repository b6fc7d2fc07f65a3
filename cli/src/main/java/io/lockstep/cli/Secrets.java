package io.lockstep.cli;

import io.lockstep.cli.shell.Words;
import java.util.List;

/** Lines that hold a password: they are not remembered. */
final class Secrets {
    private Secrets() {}

    /** One that cannot be read is taken for one that holds a password. */
    static boolean areIn(String line) {
        Words read = Words.read(line);
        if (!read.open().isEmpty()) {
            return true;
        }
        List<String> words = read.words();
        for (int at = 0; at < words.size(); at++) {
            String word = words.get(at);
            String before = at == 0 ? "" : words.get(at - 1);
            boolean caller = word.startsWith("--user=") || before.equals("--user");
            boolean added = words.contains("user") && words.contains("add") && !word.startsWith("-");
            if (word.contains("password") && word.startsWith("-") && !word.equals("--no-password")
                    || (caller || added) && word.contains(":")) {
                return true;
            }
        }
        return false;
    }
}
