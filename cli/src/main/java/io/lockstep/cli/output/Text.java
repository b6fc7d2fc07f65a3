package io.lockstep.cli.output;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Bytes that are being put together: keys and values are printed as they are, whatever they hold. */
public final class Text {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);

    public Text add(String text) {
        bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    public Text add(ByteString raw) {
        try {
            raw.writeTo(bytes);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        return this;
    }

    public Text line(String text) {
        return add(text).add("\n");
    }

    public void writeTo(OutputStream out) throws IOException {
        bytes.writeTo(out);
        out.flush();
    }

    @Override
    public String toString() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
