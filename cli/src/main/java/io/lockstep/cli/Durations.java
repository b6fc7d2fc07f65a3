package io.lockstep.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as Go writes them: {@code 5s}, {@code 500ms}, {@code 1m30s}, {@code 1.5h}. */
public final class Durations implements ITypeConverter<Duration> {
    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ms|us|µs|ns|s|m|h)");

    @Override
    public Duration convert(String text) {
        Matcher matcher = PART.matcher(text);
        Duration sum = Duration.ZERO;
        int end = 0;
        while (end < text.length() && matcher.find(end) && matcher.start() == end) {
            long unitNanos = switch (matcher.group(2)) {
                case "h" -> 3_600_000_000_000L;
                case "m" -> 60_000_000_000L;
                case "s" -> 1_000_000_000L;
                case "ms" -> 1_000_000L;
                case "ns" -> 1L;
                default -> 1_000L;
            };
            BigDecimal nanos = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unitNanos));
            if (nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE / 4)) > 0) {
                throw new TypeConversionException("is longer than 70 years");
            }
            sum = sum.plusNanos(nanos.longValue());
            end = matcher.end();
        }
        if (end == 0 || end < text.length()) {
            throw new TypeConversionException("is no duration: write 5s, 500ms or 1m30s");
        }
        if (sum.isZero()) {
            throw new TypeConversionException("must be above 0: write 5s, 500ms or 1m30s");
        }
        return sum;
    }
}
