package io.lockstep.node.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test class a cluster of its own, or a method. Parameters of its constructor and methods get the {@link
 * io.lockstep.node.embedded.EmbeddedCluster}, the endpoints ({@code List<String>} or {@code String[]}) or an {@code
 * io.grpc.Channel} to the first node, without TCP.
 *
 * <p>After each method every fault is undone: partitions heal, paused nodes go on, killed ones are started again. Keys stay,
 * unless each method has its own cluster.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(LockstepExtension.class)
public @interface Lockstep {
    /** 1, 3 or 5. */
    int nodes() default 3;

    /** On a class: whether each of its methods gets a new cluster, with nothing in it. */
    boolean perMethod() default false;
}
