/** Tests of tokens and passwords. */
package io.lockstep.node.rpc.auth;
