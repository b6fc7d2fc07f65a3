package io.lockstep.cli.output;

import com.google.protobuf.ByteString;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** A JSON object that grows; zero values, empty texts and empty lists are left out. Escapes what Go's encoder escapes. */
final class Json {
    private final StringBuilder fields = new StringBuilder();

    Json raw(String name, Object value) {
        if (fields.length() > 0) {
            fields.append(',');
        }
        fields.append('"').append(name).append("\":").append(value);
        return this;
    }

    Json number(String name, long value) {
        return value == 0 ? this : raw(name, value);
    }

    Json unsigned(String name, long value) {
        return value == 0 ? this : raw(name, Long.toUnsignedString(value));
    }

    Json flag(String name, boolean value) {
        return value ? raw(name, "true") : this;
    }

    Json text(String name, String value) {
        return value.isEmpty() ? this : raw(name, quote(value));
    }

    Json texts(String name, List<String> values) {
        return values.isEmpty()
                ? this
                : raw(name, array(values.stream().map(Json::quote).toList()));
    }

    Json bytes(String name, ByteString value) {
        return value.isEmpty()
                ? this
                : raw(name, "\"" + Base64.getEncoder().encodeToString(value.toByteArray()) + "\"");
    }

    Json array(String name, List<?> values) {
        return values.isEmpty() ? this : raw(name, array(values));
    }

    static String array(List<?> values) {
        StringBuilder text = new StringBuilder("[");
        for (Object value : values) {
            if (text.length() > 1) {
                text.append(',');
            }
            text.append(value);
        }
        return text.append(']').toString();
    }

    private static String quote(String value) {
        StringBuilder text = new StringBuilder("\"");
        value.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < 0x20 || c == '<' || c == '>' || c == '&' || c == 0x2028 || c == 0x2029) {
                        text.append(String.format(Locale.ROOT, "\\u%04x", c));
                    } else {
                        text.appendCodePoint(c);
                    }
                }
            }
        });
        return text.append('"').toString();
    }

    @Override
    public String toString() {
        return "{" + fields + "}";
    }
}
