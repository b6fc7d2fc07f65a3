package io.lockstep.lab.chart;

/** A stretch of the time axis during which something was the matter. */
public record Band(String label, double from, double to) {}
