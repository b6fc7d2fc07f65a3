/**
 * What a node does by itself so that the state stays sound and does not outgrow the disk: it watches the room, compacts
 * history, and compares the state with the other members'. A client of the write path like any other: what it decides
 * goes through the log. Driven by the node's clock; what may wait for a disk runs on the thread that it is given.
 */
@NullMarked
package io.lockstep.node.upkeep;

import org.jspecify.annotations.NullMarked;
