package io.lockstep.node.rpc;

import io.lockstep.api.DowngradeRequest;
import io.lockstep.api.DowngradeResponse;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an etcd of our level says when asked to go back to the one before. There is no older Lockstep of another level, so
 * the target may be validated, as tools do before they offer it, and never set out for.
 */
final class Downgrades {
    private static final Pattern VERSION =
            Pattern.compile("(\\d{1,9})\\.(\\d{1,9})(?:\\.\\d{1,9}(?:-[^+]*)?(?:\\+.*)?)?");
    /** The minor version before {@link ApiLevel#CLUSTER_VERSION}. */
    private static final String ALLOWED = "3.4";

    private Downgrades() {}

    static DowngradeResponse answer(DowngradeRequest request) {
        return switch (request.getAction()) {
            case VALIDATE -> validated(request.getVersion());
            case ENABLE -> {
                validated(request.getVersion());
                throw new KvException.Rejected(KvError.DOWNGRADE_NOT_OFFERED);
            }
            case CANCEL -> throw new KvException.Rejected(KvError.NO_INFLIGHT_DOWNGRADE);
            case UNRECOGNIZED -> throw new KvException.Rejected(KvError.UNKNOWN_METHOD);
        };
    }

    private static DowngradeResponse validated(String target) {
        Matcher version = VERSION.matcher(target);
        if (!version.matches()) {
            throw new KvException.Rejected(KvError.DOWNGRADE_VERSION_FORMAT);
        }
        String minor = Integer.parseInt(version.group(1)) + "." + Integer.parseInt(version.group(2));
        if (!minor.equals(ALLOWED)) {
            throw new KvException.Rejected(KvError.DOWNGRADE_TARGET_INVALID);
        }
        return DowngradeResponse.newBuilder()
                .setVersion(ApiLevel.CLUSTER_VERSION)
                .build();
    }
}
