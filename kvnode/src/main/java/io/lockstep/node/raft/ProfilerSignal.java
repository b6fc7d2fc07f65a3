package io.lockstep.node.raft;

import com.alipay.sofa.jraft.core.NodeImpl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Keeps SIGUSR2 for whoever had it before JRaft was loaded.
 *
 * <p>The problem: JRaft's NodeImpl, when it is initialised, takes SIGUSR2 for itself, to write its metrics into files.
 * HotSpot suspends threads by that very signal, among others for the samples of JFR: once JRaft has it, a profile holds no
 * samples, and every try to take one starts a thread that writes files, by the thousand.
 *
 * <p>The rule: NodeImpl is initialised here, between taking the handler that is there and putting it back. Only a handler's
 * replacement tells what it was, hence one in between that does nothing; a sample that HotSpot wants in that moment is lost,
 * for which it is prepared. A native handler comes back with the flags that it had: both the JVM's own installation and
 * Signal.handle ask for SA_SIGINFO, which HotSpot's needs (seen with strace on JDK 17 and 25).
 */
final class ProfilerSignal {
    private static final Logger LOG = LoggerFactory.getLogger(ProfilerSignal.class);
    private static final String NAME = "USR2";

    private ProfilerSignal() {}

    /** Does nothing if NodeImpl has been initialised before. Any thread. */
    static void keepFromJraft() {
        // Not a lock of ours: other class loaders of this JVM may have JRafts of their own.
        synchronized (Signal.class) {
            SignalHandler before;
            Signal signal;
            try {
                signal = new Signal(NAME);
                before = Signal.handle(signal, ignored -> {});
            } catch (IllegalArgumentException e) {
                LOG.debug(
                        "this JVM does not let SIG{} be handled, so JRaft can't take it either: {}",
                        NAME,
                        e.toString());
                return;
            }
            try {
                initialise(NodeImpl.class);
            } finally {
                Signal.handle(signal, before);
            }
        }
    }

    private static void initialise(Class<?> type) {
        try {
            Class.forName(type.getName(), true, type.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AssertionError("a class is not where it was loaded from: " + type, e);
        }
    }
}
