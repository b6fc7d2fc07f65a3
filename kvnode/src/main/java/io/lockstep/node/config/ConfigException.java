package io.lockstep.node.config;

/** A setting is wrong. The message is one line for a person: which, its value, why, and what is allowed. */
public final class ConfigException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public ConfigException(String message) {
        super(message);
    }

    static ConfigException of(String setting, Object value, String what) {
        return new ConfigException("--" + setting + ": \"" + value + "\" " + what);
    }
}
