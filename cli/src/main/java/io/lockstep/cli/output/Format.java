package io.lockstep.cli.output;

/** The formats that can be asked for with {@code -w}. */
public enum Format {
    simple,
    json,
    fields,
    table;

    /** @param valueOnly only for {@link #simple}: values without their keys */
    public Printer printer(boolean hex, boolean valueOnly) {
        return switch (this) {
            case simple -> new SimplePrinter(hex, valueOnly);
            case json -> new JsonPrinter(hex);
            case fields -> new FieldsPrinter();
            case table -> new TablePrinter();
        };
    }
}
