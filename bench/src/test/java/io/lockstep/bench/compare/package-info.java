/** Tests of the comparison; each runs on the thread of the test. */
@NullMarked
package io.lockstep.bench.compare;

import org.jspecify.annotations.NullMarked;
