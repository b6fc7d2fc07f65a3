@NullMarked
package io.lockstep.node.tls;

import org.jspecify.annotations.NullMarked;
