/**
 * Compares a running Lockstep with a real etcd, from outside, as clients see both: random requests over gRPC (DifferentialTest), etcdctl's
 * output (EtcdctlTest) and jetcd (JetcdTest). Everything runs on the thread of the test; the servers are processes that the fixtures here
 * start on free ports and kill by their pid. Nothing outside of this package uses it.
 */
@NullMarked
package io.lockstep.node.compat;

import org.jspecify.annotations.NullMarked;
