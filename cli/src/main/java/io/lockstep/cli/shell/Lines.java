package io.lockstep.cli.shell;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Where lines come from: a terminal or a script. One char per byte. */
public interface Lines {
    /** The next line without its line break; nothing at the end. A line that was given up (Ctrl-C) is empty. */
    Optional<String> next(String prompt) throws IOException;

    /** What a command reads that is run by a line: the lines after it. */
    InputStream input();
}
