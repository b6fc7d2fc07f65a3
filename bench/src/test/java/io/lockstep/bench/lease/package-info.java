/** Tests of the crowd of leases. */
@NullMarked
package io.lockstep.bench.lease;

import org.jspecify.annotations.NullMarked;
