/** Tests of the commands; each runs on the thread of the test. */
@NullMarked
package io.lockstep.bench;

import org.jspecify.annotations.NullMarked;
