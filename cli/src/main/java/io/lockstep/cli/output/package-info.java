/**
 * Answers as text: byte for byte what etcdctl 3.5 prints for the same answer in the same format, so that scripts can
 * change over. Pure: answers in, bytes out; any thread.
 */
@NullMarked
package io.lockstep.cli.output;

import org.jspecify.annotations.NullMarked;
