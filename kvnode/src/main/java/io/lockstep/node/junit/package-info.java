/**
 * The JUnit 5 extension: a real cluster for a test, with faults that are undone after each method. Called by JUnit; needs
 * junit-jupiter-api, which the test brings.
 */
@NullMarked
package io.lockstep.node.junit;

import org.jspecify.annotations.NullMarked;
