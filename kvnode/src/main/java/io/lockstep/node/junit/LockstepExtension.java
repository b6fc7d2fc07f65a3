package io.lockstep.node.junit;

import io.grpc.Channel;
import io.lockstep.node.embedded.EmbeddedCluster;
import io.lockstep.node.embedded.EmbeddedClusterBuilder;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Starts a cluster for tests that are marked with {@link Lockstep}, or that register this in a field:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final LockstepExtension LOCKSTEP = LockstepExtension.ofThree();
 * }</pre>
 *
 * <p>A static field shares one cluster among the methods of its class, any other field gives each method its own. Methods
 * that share one must not run at the same time: faults are undone after each.
 */
public final class LockstepExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback, ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(LockstepExtension.class);
    private static final String CLUSTER = "cluster";

    /** Null: the annotation says. */
    private final @Nullable EmbeddedClusterBuilder builder;

    /** Written and read by JUnit's thread of the test. */
    private volatile @Nullable EmbeddedCluster current;

    /** For {@link Lockstep}. */
    public LockstepExtension() {
        this(null);
    }

    private LockstepExtension(@Nullable EmbeddedClusterBuilder builder) {
        this.builder = builder;
    }

    public static LockstepExtension ofOne() {
        return of(EmbeddedCluster.builder(1));
    }

    public static LockstepExtension ofThree() {
        return of(EmbeddedCluster.builder(3));
    }

    /** With other timing, limits, or a directory that is kept. */
    public static LockstepExtension of(EmbeddedClusterBuilder builder) {
        return new LockstepExtension(builder);
    }

    /** The cluster of the running test. */
    public EmbeddedCluster cluster() {
        EmbeddedCluster running = current;
        if (running == null) {
            throw new IllegalStateException(
                    "no test runs with this cluster: the field of the extension needs @RegisterExtension");
        }
        return running;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        Optional<Lockstep> wish = AnnotationSupport.findAnnotation(context.getRequiredTestClass(), Lockstep.class);
        boolean shared = builder != null || wish.map(w -> !w.perMethod()).orElse(false);
        if (shared && inherited(context) == null) {
            start(context, wish);
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        Optional<Lockstep> own =
                context.getTestMethod().flatMap(method -> AnnotationSupport.findAnnotation(method, Lockstep.class));
        if (own.isPresent()) {
            start(context, own);
        } else if (inherited(context) == null) {
            start(context, AnnotationSupport.findAnnotation(context.getRequiredTestClass(), Lockstep.class));
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (!closeOwn(context)) {
            find(context).recover();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        closeOwn(context);
    }

    private void start(ExtensionContext context, Optional<Lockstep> wish) {
        EmbeddedCluster cluster;
        try {
            cluster = builder != null
                    ? builder.start()
                    : EmbeddedCluster.start(wish.map(Lockstep::nodes).orElse(3));
        } catch (RuntimeException e) {
            throw new ExtensionConfigurationException(
                    "no cluster for " + context.getDisplayName() + ": " + e.getMessage(), e);
        }
        System.out.printf(
                "Lockstep: %d %s ready after %d ms for %s%n",
                cluster.size(),
                cluster.size() == 1 ? "node" : "nodes",
                cluster.startupTime().toMillis(),
                context.getDisplayName());
        store(context).put(key(), cluster);
        current = cluster;
    }

    /** @return whether this very class or method had a cluster of its own */
    private boolean closeOwn(ExtensionContext context) {
        EmbeddedCluster own = ownOf(context);
        if (own == null) {
            return false;
        }
        store(context).remove(key());
        own.close();
        current = context.getParent().map(this::inherited).orElse(null);
        return true;
    }

    private @Nullable EmbeddedCluster ownOf(ExtensionContext context) {
        EmbeddedCluster visible = inherited(context);
        return visible != null
                        && visible != context.getParent().map(this::inherited).orElse(null)
                ? visible
                : null;
    }

    private @Nullable EmbeddedCluster inherited(ExtensionContext context) {
        return store(context).get(key(), EmbeddedCluster.class);
    }

    private EmbeddedCluster find(ExtensionContext context) {
        EmbeddedCluster cluster = inherited(context);
        if (cluster == null) {
            throw new IllegalStateException("no cluster runs for " + context.getDisplayName());
        }
        return cluster;
    }

    private static Store store(ExtensionContext context) {
        return context.getStore(NAMESPACE);
    }

    /** Annotated tests share one name; each registered extension has its own. */
    private Object key() {
        return builder == null ? CLUSTER : this;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == EmbeddedCluster.class
                || type == Channel.class
                || type == String[].class
                || isListOfStrings(parameter.getParameter());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        EmbeddedCluster cluster = find(context);
        Class<?> type = parameter.getParameter().getType();
        if (type == EmbeddedCluster.class) {
            return cluster;
        }
        if (type == Channel.class) {
            return cluster.channel(0);
        }
        return type == String[].class ? cluster.endpoints().toArray(String[]::new) : cluster.endpoints();
    }

    private static boolean isListOfStrings(Parameter parameter) {
        return parameter.getParameterizedType() instanceof ParameterizedType type
                && type.getRawType() == List.class
                && type.getActualTypeArguments()[0] == String.class;
    }
}
