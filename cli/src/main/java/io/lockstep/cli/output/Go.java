package io.lockstep.cli.output;

import com.google.protobuf.ByteString;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** Values as Go prints them, which is what etcdctl's users and scripts know. */
final class Go {
    private static final String[] SIZES = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

    private Go() {}

    static String id(long id) {
        return Long.toHexString(id);
    }

    static String hex(ByteString bytes) {
        StringBuilder text = new StringBuilder(bytes.size() * 4);
        for (int i = 0; i < bytes.size(); i++) {
            text.append(String.format(Locale.ROOT, "\\x%02x", bytes.byteAt(i) & 0xff));
        }
        return text.toString();
    }

    /** As {@code %q}: what does not print, or is not UTF-8, is escaped. */
    static String quote(ByteString bytes) {
        StringBuilder text = new StringBuilder(bytes.size() + 2).append('"');
        for (int at = 0; at < bytes.size(); ) {
            int length = sequenceLength(bytes, at);
            if (length == 0) {
                text.append(String.format(Locale.ROOT, "\\x%02x", bytes.byteAt(at) & 0xff));
                at++;
            } else {
                appendQuoted(
                        text, bytes.substring(at, at + length).toStringUtf8().codePointAt(0));
                at += length;
            }
        }
        return text.append('"').toString();
    }

    static String quote(String text) {
        return quote(ByteString.copyFromUtf8(text));
    }

    /** How many bytes the valid UTF-8 sequence at this place has; 0: there is none. */
    private static int sequenceLength(ByteString bytes, int at) {
        int first = bytes.byteAt(at) & 0xff;
        int length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
        boolean valid = length > 0
                && at + length <= bytes.size()
                && bytes.substring(at, at + length).isValidUtf8();
        return valid ? length : 0;
    }

    private static void appendQuoted(StringBuilder text, int rune) {
        switch (rune) {
            case '"' -> text.append("\\\"");
            case '\\' -> text.append("\\\\");
            case 0x07 -> text.append("\\a");
            case '\b' -> text.append("\\b");
            case '\f' -> text.append("\\f");
            case '\n' -> text.append("\\n");
            case '\r' -> text.append("\\r");
            case '\t' -> text.append("\\t");
            case 0x0b -> text.append("\\v");
            default -> {
                if (isPrintable(rune)) {
                    text.appendCodePoint(rune);
                } else if (rune < 0x80) {
                    text.append(String.format(Locale.ROOT, "\\x%02x", rune));
                } else if (rune < 0x10000) {
                    text.append(String.format(Locale.ROOT, "\\u%04x", rune));
                } else {
                    text.append(String.format(Locale.ROOT, "\\U%08x", rune));
                }
            }
        }
    }

    private static boolean isPrintable(int rune) {
        if (rune == ' ') {
            return true;
        }
        return switch (Character.getType(rune)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /** 1.234567ms, 12.5µs, 1m3.2s: the unit that leaves a digit before the point, no zeros at the end. */
    static String duration(long nanos) {
        if (nanos < 1_000) {
            return nanos == 0 ? "0s" : nanos + "ns";
        }
        if (nanos < 1_000_000) {
            return decimal(nanos, 3) + "µs";
        }
        if (nanos < 1_000_000_000) {
            return decimal(nanos, 6) + "ms";
        }
        long minutes = nanos / 60_000_000_000L;
        String seconds = decimal(nanos % 60_000_000_000L, 9) + "s";
        if (minutes == 0) {
            return seconds;
        }
        return minutes < 60 ? minutes + "m" + seconds : minutes / 60 + "h" + minutes % 60 + "m" + seconds;
    }

    private static String decimal(long number, int digits) {
        BigDecimal value = BigDecimal.valueOf(number, digits).stripTrailingZeros();
        return value.scale() < 0 ? value.setScale(0, RoundingMode.UNNECESSARY).toPlainString() : value.toPlainString();
    }

    /** 20 kB, 1.2 MB: powers of 1000, one digit after the point below ten. */
    static String size(long bytes) {
        if (bytes < 10) {
            return bytes + " B";
        }
        int unit = 0;
        double value = bytes;
        while (value >= 1000 && unit < SIZES.length - 1) {
            value /= 1000;
            unit++;
        }
        double rounded = Math.floor(value * 10 + 0.5) / 10;
        String format = rounded < 10 ? "%.1f %s" : "%.0f %s";
        return String.format(Locale.ROOT, format, rounded, SIZES[unit]);
    }
}
