package io.lockstep.node.apply;

import com.google.protobuf.Message;
import io.lockstep.node.error.KvError;
import org.jspecify.annotations.Nullable;

/**
 * What a command of this member's own boot came to. Exactly one of response and rejection is set.
 *
 * @param counter the origin's counter: the key of the pending table
 * @param revision the store's revision after this command (its own, not the batch's)
 * @param term the term of the entry that held the command
 * @param response the API's response without its top header (nested headers carry the revision only)
 * @param rejection why every member refused the command alike
 */
public record CommandResult(
        long counter,
        long revision,
        long term,
        @Nullable Message response,
        @Nullable KvError rejection) {}
