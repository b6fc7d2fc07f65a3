package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.api.RangeRequest;

/**
 * What to read besides the plain key. Immutable: each method returns a changed copy, so options can be constants.
 *
 * <pre>{@code
 * client.get(utf8("user/"), GetOptions.DEFAULT.withPrefix().limit(100).keysOnly());
 * }</pre>
 */
public final class GetOptions {
    /** The one key, linearizably. */
    public static final GetOptions DEFAULT = new GetOptions(
            Shape.SINGLE, ByteString.EMPTY, Consistency.linearizable(), RangeRequest.getDefaultInstance());

    private enum Shape {
        SINGLE,
        PREFIX,
        FROM_KEY,
        RANGE
    }

    private final Shape shape;
    private final ByteString end;
    private final Consistency consistency;
    private final RangeRequest template;

    private GetOptions(Shape shape, ByteString end, Consistency consistency, RangeRequest template) {
        this.shape = shape;
        this.end = end;
        this.consistency = consistency;
        this.template = template;
    }

    /** All keys that begin with the given one. */
    public GetOptions withPrefix() {
        return new GetOptions(Shape.PREFIX, ByteString.EMPTY, consistency, template);
    }

    /** The given key and all after it. */
    public GetOptions fromKey() {
        return new GetOptions(Shape.FROM_KEY, ByteString.EMPTY, consistency, template);
    }

    /** From the given key up to, and without, {@code end}. */
    public GetOptions range(ByteString end) {
        return new GetOptions(Shape.RANGE, end, consistency, template);
    }

    /** Where between replication and synchronisation the read takes place. */
    public GetOptions consistency(Consistency consistency) {
        return new GetOptions(shape, end, consistency, template);
    }

    /** The state as of this revision; 0: the newest. */
    public GetOptions revision(long revision) {
        return with(template.toBuilder().setRevision(revision));
    }

    /** At most so many keys; 0: all. */
    public GetOptions limit(long limit) {
        return with(template.toBuilder().setLimit(limit));
    }

    /** In which order the keys come; by key and ascending unless set. */
    public GetOptions sort(RangeRequest.SortTarget target, RangeRequest.SortOrder order) {
        return with(template.toBuilder().setSortTarget(target).setSortOrder(order));
    }

    /** Without values. */
    public GetOptions keysOnly() {
        return with(template.toBuilder().setKeysOnly(true));
    }

    /** Only how many keys there are. */
    public GetOptions countOnly() {
        return with(template.toBuilder().setCountOnly(true));
    }

    /** Only keys last changed at a revision in [min, max]; 0: no bound on that side. */
    public GetOptions modRevisions(long min, long max) {
        return with(template.toBuilder().setMinModRevision(min).setMaxModRevision(max));
    }

    /** Only keys created at a revision in [min, max]; 0: no bound on that side. */
    public GetOptions createRevisions(long min, long max) {
        return with(template.toBuilder().setMinCreateRevision(min).setMaxCreateRevision(max));
    }

    private GetOptions with(RangeRequest.Builder changed) {
        return new GetOptions(shape, end, consistency, changed.build());
    }

    /** The request for this key as it goes over the wire. */
    public RangeRequest toRequest(ByteString key) {
        KeyRange range = switch (shape) {
            case SINGLE -> KeyRange.single(key);
            case PREFIX -> KeyRange.prefix(key);
            case FROM_KEY -> KeyRange.from(key);
            case RANGE -> KeyRange.between(key, end);
        };
        RangeRequest.Builder request = template.toBuilder().setKey(range.key()).setRangeEnd(range.end());
        consistency.applyTo(request);
        return request.build();
    }
}
