@NullMarked
package io.lockstep.node.junit;

import org.jspecify.annotations.NullMarked;
