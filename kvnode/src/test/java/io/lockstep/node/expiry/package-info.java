@NullMarked
package io.lockstep.node.expiry;

import org.jspecify.annotations.NullMarked;
