package io.lockstep.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.MethodDescriptor;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class AuthorizationTest {
    private final FakeNode node = new FakeNode();
    private final ServiceTable table = new ServiceTable(
            node.services(), RpcLimits.defaults(), new OpenCalls(RpcLimits.defaults()), Runnable::run, node.health());

    /** A method that is added to the API without a decision about who may call it fails here. */
    @TestFactory
    Stream<DynamicTest> everyMethod_hasARule() {
        return table.services().stream()
                .flatMap(service -> service.getMethods().stream())
                .map(MethodDescriptor::getFullMethodName)
                .map(name -> DynamicTest.dynamicTest(
                        name, () -> assertThat(Authorization.ruleOf(name)).isNotNull()));
    }

    @Test
    void methodWithoutRule_isNotServed() {
        assertThatThrownBy(() -> Authorization.ruleOf("etcdserverpb.KV/Unheard"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no rule");
    }

    /** Only how one becomes a user is open to those who are none, and whether there is a server. */
    @Test
    void openMethods_areAuthenticateAndHealthAlone() {
        assertThat(table.services().stream()
                        .flatMap(service -> service.getMethods().stream())
                        .map(MethodDescriptor::getFullMethodName)
                        .filter(name -> Authorization.ruleOf(name) == Authorization.Rule.OPEN))
                .containsExactlyInAnyOrder(
                        "etcdserverpb.Auth/Authenticate", "grpc.health.v1.Health/Check", "grpc.health.v1.Health/Watch");
    }
}
