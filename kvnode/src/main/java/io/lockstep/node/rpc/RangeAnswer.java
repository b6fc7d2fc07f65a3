package io.lockstep.node.rpc;

import io.lockstep.api.ResponseHeader;
import io.lockstep.node.mvcc.RangeResult;

/** A {@code RangeResponse} on its way out: its keys are still in the bytes that the store gave. */
record RangeAnswer(ResponseHeader header, RangeResult result) {}
