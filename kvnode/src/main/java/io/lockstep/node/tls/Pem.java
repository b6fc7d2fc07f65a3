package io.lockstep.node.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The blocks of a PEM file. Text around them, which OpenSSL likes to write, is passed over. */
final class Pem {
    /** Nobody trusts so many authorities; a file of this size was given by mistake. */
    private static final long MAX_FILE_BYTES = 1 << 20;

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

    private Pem() {}

    record Block(String type, byte[] der) {}

    /** @throws IOException with one line that names the file and what is wrong with it */
    static List<Block> read(Path file) throws IOException {
        String text = text(file);
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            String body = matcher.group(2);
            if (body.contains("ENCRYPTED") || matcher.group(1).contains("ENCRYPTED")) {
                throw new IOException("\"" + file + "\" is encrypted, and a server has nobody to ask for its password");
            }
            try {
                blocks.add(new Block(matcher.group(1), Base64.getMimeDecoder().decode(body)));
            } catch (IllegalArgumentException e) {
                throw new IOException("\"" + file + "\" is no PEM file: " + e.getMessage(), e);
            }
        }
        if (blocks.isEmpty()) {
            throw new IOException("\"" + file + "\" is no PEM file, or is not whole");
        }
        return blocks;
    }

    private static String text(Path file) throws IOException {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new IOException("\"" + file + "\" is larger than " + MAX_FILE_BYTES + " bytes");
            }
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new IOException("\"" + file + "\" does not exist", e);
        }
    }
}
