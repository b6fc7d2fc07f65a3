package io.lockstep.node;

/** The process: the only place that may end it. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        // Before any class of JRaft or protobuf loads: see the flag in the parent pom.
        if (System.getProperty("com.google.protobuf.use_unsafe_pre22_gencode") == null) {
            System.setProperty("com.google.protobuf.use_unsafe_pre22_gencode", "true");
        }
        int code = NodeCommand.run(arguments);
        if (code == NodeCommand.EXIT_FATAL) {
            // Shutdown hooks would close the node cleanly, and may hang on what is broken.
            Runtime.getRuntime().halt(code);
        }
        System.exit(code);
    }
}
