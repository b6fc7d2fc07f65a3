package io.lockstep.jepsen.history;

/**
 * A key as a server answered it.
 *
 * @param version the number of puts since the key was created, 1 for the creating one
 */
public record Version(String key, String value, long createRevision, long modRevision, long version) {}
