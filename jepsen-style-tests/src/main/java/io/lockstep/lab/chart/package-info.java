/**
 * Charts as SVG text: made for paper as much as for a screen, with nothing to load and nothing to run. Pure functions of
 * values; any thread.
 */
@NullMarked
package io.lockstep.lab.chart;

import org.jspecify.annotations.NullMarked;
