package io.lockstep.bench;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes records as JSON, their components by name. */
final class JsonFile {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private JsonFile() {}

    static void write(Path file, Object value) throws IOException {
        Files.writeString(file, GSON.toJson(value) + "\n", StandardCharsets.UTF_8);
    }
}
