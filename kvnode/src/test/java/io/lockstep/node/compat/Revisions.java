package io.lockstep.node.compat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Revisions counted from where a run begins, so that the same steps can be sent again to servers that have moved on (to shrink a failure), or
 * to two servers that stand at different revisions. A request carries such a revision as ORIGIN + n until it is sent; in answers the base
 * is taken off. What else differs between two right answers (who answered, in which term) is taken out of the answers here too.
 */
final class Revisions {
    private static final long ORIGIN = 1L << 50;
    private static final long SPAN = 1L << 40;
    /** Fields from here on are Lockstep's own: etcd has nothing to compare them with. */
    private static final int FIRST_OWN_FIELD = 1001;

    private static final Set<String> REVISION_FIELDS =
            Set.of("revision", "create_revision", "mod_revision", "compact_revision");
    private static final Set<String> IDENTITY_FIELDS = Set.of("cluster_id", "member_id", "raft_term");
    /** A hash over the files of one implementation says nothing about another; hash_revision came with etcd 3.6. */
    private static final Set<String> HASH_FIELDS = Set.of("hash", "hash_revision");

    private Revisions() {}

    /** The revision n after the base; n may be negative. */
    static long afterBase(long n) {
        return ORIGIN + n;
    }

    /** The request as a server at this base understands it. */
    static Message absolute(Message request, long base) {
        return rewriteLongs(
                request,
                (field, value) -> Math.abs(value - ORIGIN) < SPAN ? Math.max(value - ORIGIN + base, -SPAN) : value);
    }

    /** The answer of a server at this base, without what may differ between servers. */
    static Answer comparable(Answer answer, long base) {
        if (!(answer instanceof Answer.Given given)) {
            return answer;
        }
        return new Answer.Given(rewriteLongs(
                withoutIdentity(UpkeepCalls.comparable(given.message())),
                (field, value) -> REVISION_FIELDS.contains(field.getName()) && value > 0 ? value - base : value));
    }

    private static Message withoutIdentity(Message message) {
        return rewrite(message, (field, value) -> value, Revisions::isIdentity);
    }

    private static boolean isIdentity(FieldDescriptor field) {
        String owner = field.getContainingType().getName();
        return field.getNumber() >= FIRST_OWN_FIELD
                || (owner.equals("ResponseHeader") && IDENTITY_FIELDS.contains(field.getName()))
                || ((owner.equals("HashKVResponse") || owner.equals("HashResponse"))
                        && HASH_FIELDS.contains(field.getName()));
    }

    private interface LongRewrite {
        long of(FieldDescriptor field, long value);
    }

    private interface FieldFilter {
        boolean drops(FieldDescriptor field);
    }

    private static Message rewriteLongs(Message message, LongRewrite longs) {
        return rewrite(message, longs, field -> false);
    }

    private static Message rewrite(Message message, LongRewrite longs, FieldFilter filter) {
        Message.Builder builder = message.toBuilder();
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            if (filter.drops(field)) {
                builder.clearField(field);
            } else if (field.getJavaType() == JavaType.LONG && !field.isRepeated()) {
                builder.setField(field, longs.of(field, (Long) entry.getValue()));
            } else if (field.getJavaType() == JavaType.MESSAGE) {
                UnaryOperator<Object> inner = value -> rewrite((Message) value, longs, filter);
                builder.setField(
                        field,
                        field.isRepeated()
                                ? ((List<?>) entry.getValue())
                                        .stream().map(inner::apply).toList()
                                : inner.apply(entry.getValue()));
            }
        }
        return builder.build();
    }
}
