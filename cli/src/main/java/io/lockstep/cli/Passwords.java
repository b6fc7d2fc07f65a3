package io.lockstep.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Where passwords come from that are not on the command line: the terminal, unseen, or a line of standard input. */
final class Passwords {
    private Passwords() {}

    /** Twice at a terminal; without one, or not interactively, once from standard input. */
    static String fresh(Console console, String user, boolean interactive) {
        java.io.Console terminal = System.console();
        if (!interactive || terminal == null) {
            return line(console);
        }
        String first = typed(terminal, "Password of " + user + ": ");
        if (!first.equals(typed(terminal, "Type password of " + user + " again for confirmation: "))) {
            throw CommandFailed.usage("the two passwords differ: nothing was changed");
        }
        return first;
    }

    /** Of the one who calls. */
    static String own(Console console) {
        java.io.Console terminal = System.console();
        return terminal == null ? line(console) : typed(terminal, "Password: ");
    }

    private static String typed(java.io.Console terminal, String prompt) {
        char[] password = terminal.readPassword("%s", prompt);
        if (password == null) {
            throw CommandFailed.usage("no password was typed");
        }
        String text = new String(password);
        Arrays.fill(password, '\0');
        return text;
    }

    private static String line(Console console) {
        try {
            String line = new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8)).readLine();
            if (line == null || line.isEmpty()) {
                throw CommandFailed.usage("the password is empty: give it on standard input, or with --password");
            }
            return line;
        } catch (IOException unreadable) {
            throw new UncheckedIOException("cannot read the password from standard input", unreadable);
        }
    }
}
