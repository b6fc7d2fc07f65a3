/**
 * {@code kv lab}: the same workload at each point of the dial, at once, on one cluster that is partitioned, slowed and robbed
 * of its leader; one page shows what came of it. A run is in three steps, which share only values: {@link
 * io.lockstep.lab.Experiment} takes down what every call got ({@link io.lockstep.lab.Evidence}), {@link
 * io.lockstep.lab.Analysis} makes figures and series of it ({@link io.lockstep.lab.LabRun}), and {@link
 * io.lockstep.lab.LabPage} and {@link io.lockstep.lab.LabTable} show those. The caller's thread does the faults and the
 * analysis, a thread of its own sends, grpc's threads note the answers.
 */
@NullMarked
package io.lockstep.lab;

import org.jspecify.annotations.NullMarked;
