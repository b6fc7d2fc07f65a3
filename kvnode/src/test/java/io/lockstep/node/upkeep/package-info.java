@NullMarked
package io.lockstep.node.upkeep;

import org.jspecify.annotations.NullMarked;
