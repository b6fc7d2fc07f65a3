/**
 * What clients did and what they were told: operations, their answers, and the file that keeps them. Values are
 * immutable; only {@link io.lockstep.jepsen.history.Recorder} is shared between threads. Everything may be used by
 * workloads and checkers; this package knows neither.
 */
@NullMarked
package io.lockstep.jepsen.history;

import org.jspecify.annotations.NullMarked;
