/** Many leases of one client: granted, kept alive, left to expire. Watches what becomes of each. */
@NullMarked
package io.lockstep.bench.lease;

import org.jspecify.annotations.NullMarked;
