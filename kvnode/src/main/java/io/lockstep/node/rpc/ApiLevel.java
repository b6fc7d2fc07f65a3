package io.lockstep.node.rpc;

/** The level of the etcd API that is offered. Clients parse both as three numbers and choose what they ask for by them. */
public final class ApiLevel {
    public static final String SERVER_VERSION = "3.5.30";
    public static final String CLUSTER_VERSION = "3.5.0";

    private ApiLevel() {}
}
