package io.lockstep.node.rpc;

import io.lockstep.node.rpc.auth.LogIns;
import io.lockstep.node.watch.WatchHub;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/**
 * All that the client port needs of the node around it.
 *
 * @param productVersion the version of this software, beside the API level that clients parse
 * @param metrics the node's own registry: what stands in it is what {@code /metrics} shows
 */
public record NodeServices(
        long clusterId,
        long memberId,
        String productVersion,
        Writes writes,
        Leases leases,
        ReadGate readGate,
        Views views,
        Staleness staleness,
        WatchHub watches,
        NodeStatus status,
        Space space,
        MemberCare care,
        Members members,
        LogIns logIns,
        PrometheusRegistry metrics) {}
