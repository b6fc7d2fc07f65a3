package io.lockstep.node.apply;

import io.lockstep.node.mvcc.KeyChange;
import java.util.List;

/**
 * What one batch changed.
 *
 * @param after the revision before the batch
 * @param to the revision that it led to; equal if no key changed
 * @param changes in order of revision and place within it
 */
public record AppliedChanges(long after, long to, List<KeyChange> changes) {}
