/**
 * What a node is told at start: records, validated in their constructors. Flags before environment before file before default.
 */
@NullMarked
package io.lockstep.node.config;

import org.jspecify.annotations.NullMarked;
