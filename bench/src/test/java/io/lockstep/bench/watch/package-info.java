/** Tests of the measurement of watchers. */
@NullMarked
package io.lockstep.bench.watch;

import org.jspecify.annotations.NullMarked;
