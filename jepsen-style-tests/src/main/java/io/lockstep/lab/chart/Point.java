package io.lockstep.lab.chart;

/** In the units of the axes. */
public record Point(double x, double y) {}
