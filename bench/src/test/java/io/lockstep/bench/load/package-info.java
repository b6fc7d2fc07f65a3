/** Tests of the load generator; each runs on the thread of the test. */
@NullMarked
package io.lockstep.bench.load;

import org.jspecify.annotations.NullMarked;
