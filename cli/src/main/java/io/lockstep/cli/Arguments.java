package io.lockstep.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which command is meant. Options may stand before the command, as etcdctl's users write them ({@code kv --endpoints x get
 * k}); they belong to the command, so they are moved behind its name.
 *
 * @param command its words, {@code [endpoint, status]}; empty if there is none
 * @param rest everything else, in its order
 */
record Arguments(List<String> command, List<String> rest) {
    private static final Set<String> WITH_VALUE = Set.of(
            "--endpoints",
            "-w",
            "--write-out",
            "--command-timeout",
            "--cacert",
            "--cert",
            "--key",
            "--user",
            "--password");

    /** @param groups the commands that have members, which are their second word */
    static Arguments of(String[] arguments, Set<String> groups) {
        List<String> command = new ArrayList<>();
        List<String> rest = new ArrayList<>();
        int at = 0;
        while (at < arguments.length) {
            String word = arguments[at++];
            if (!word.startsWith("-")) {
                command.add(word);
                if (!groups.contains(word) || command.size() > 1) {
                    break;
                }
            } else {
                rest.add(word);
                if (WITH_VALUE.contains(word) && at < arguments.length) {
                    rest.add(arguments[at++]);
                }
            }
        }
        rest.addAll(List.of(arguments).subList(at, arguments.length));
        return new Arguments(command, rest);
    }
}
