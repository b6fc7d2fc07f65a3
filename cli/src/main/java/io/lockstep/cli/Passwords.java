package io.lockstep.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Where passwords come from that are not on the command line: the terminal, unseen, or a line of standard input. */
final class Passwords {
    private Passwords() {}

    /** Twice at a terminal; without one, or not interactively, once from standard input. */
    static String fresh(Console console, String user, boolean interactive) {
        Optional<Prompter> prompter = interactive ? prompter(console) : Optional.empty();
        if (prompter.isEmpty()) {
            return line(console);
        }
        String first = prompter.get().ask("Password of " + user + ": ");
        if (!first.equals(prompter.get().ask("Type password of " + user + " again for confirmation: "))) {
            throw CommandFailed.usage("the two passwords differ: nothing was changed");
        }
        return first;
    }

    /**
     * Of the one who calls.
     *
     * @param inputIsTaken standard input is read for something else, so there is no password in it
     */
    static String own(Console console, boolean inputIsTaken) {
        Optional<Prompter> prompter = prompter(console);
        if (prompter.isEmpty() && inputIsTaken) {
            throw CommandFailed.usage("there is no terminal to ask for the password at, and standard input is read for"
                    + " something else: give it with --user NAME:PASSWORD, --password or LOCKSTEP_PASSWORD");
        }
        return prompter.isEmpty() ? line(console) : prompter.get().ask("Password: ");
    }

    /** Asks somebody who does not see what he types. */
    interface Prompter {
        String ask(String prompt);
    }

    /** A shell has the terminal to itself; other commands have the process's, if it has one. */
    private static Optional<Prompter> prompter(Console console) {
        if (console.shared().isPresent()) {
            return console.shared().get().prompter();
        }
        java.io.Console terminal = System.console();
        return terminal == null ? Optional.empty() : Optional.of(prompt -> typed(terminal, prompt));
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

    /** Byte by byte: another password may be on the next line. */
    private static String line(Console console) {
        try {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int next = console.in().read();
                    next >= 0 && next != '\n';
                    next = console.in().read()) {
                line.write(next);
            }
            String password = line.toString(StandardCharsets.UTF_8).replace("\r", "");
            if (password.isEmpty()) {
                throw CommandFailed.usage("the password is empty: give it on standard input, or with --password");
            }
            return password;
        } catch (IOException unreadable) {
            throw new UncheckedIOException("cannot read the password from standard input", unreadable);
        }
    }
}
