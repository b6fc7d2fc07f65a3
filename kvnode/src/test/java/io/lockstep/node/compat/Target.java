package io.lockstep.node.compat;

import com.google.protobuf.Message;

/** Something that answers the requests of the differential test: a connection to a server, or one with a planted difference. */
interface Target {
    Answer call(Message request);
}
