@NullMarked
package io.lockstep.node.backup;

import org.jspecify.annotations.NullMarked;
