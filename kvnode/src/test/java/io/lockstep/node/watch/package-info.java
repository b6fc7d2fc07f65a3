@NullMarked
package io.lockstep.node.watch;

import org.jspecify.annotations.NullMarked;
