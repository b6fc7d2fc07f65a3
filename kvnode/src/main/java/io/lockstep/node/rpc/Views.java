package io.lockstep.node.rpc;

import io.lockstep.node.mvcc.ReadView;

/** Where reads find the newest state. Any thread; does not block. */
@FunctionalInterface
public interface Views {
    /** The newest view, held for the caller, who releases it. */
    ReadView acquire();
}
