@NullMarked
package io.lockstep.node.embedded;

import org.jspecify.annotations.NullMarked;
