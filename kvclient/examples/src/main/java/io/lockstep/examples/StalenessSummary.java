package io.lockstep.examples;

/**
 * What reads proved about their staleness.
 *
 * @param reads all of them
 * @param unproven those of which the member had proven nothing
 * @param medianMillis of the proven bounds; 0 where there is none
 * @param highestMillis the largest proven bound
 */
public record StalenessSummary(long reads, long unproven, long medianMillis, long highestMillis) {}
