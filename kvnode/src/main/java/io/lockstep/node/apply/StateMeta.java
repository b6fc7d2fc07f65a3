package io.lockstep.node.apply;

import com.google.protobuf.InvalidProtocolBufferException;
import io.lockstep.api.AlarmMember;
import io.lockstep.node.mvcc.Revisions;
import io.lockstep.node.storage.ApplyBatch;
import io.lockstep.node.storage.Cursor;
import io.lockstep.node.storage.Family;
import io.lockstep.node.storage.Reader;
import io.lockstep.proto.log.MemberRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The rows of the family of metadata and how they are written. */
final class StateMeta {
    private static final byte[] IDENTITY_ROW = row("identity");
    private static final byte[] POSITION_ROW = row("position");
    private static final byte[] FEATURE_LEVEL_ROW = row("feature_level");
    private static final byte[] MEMBERS_FROM = row("member/");
    private static final byte[] MEMBERS_TO = row("member0");
    private static final byte[] MEMBERS_ADDED_ROW = row("members_added");
    private static final byte[] GONE_FROM = row("gone/");
    private static final byte[] GONE_TO = row("gone0");
    private static final byte[] ALARMS_FROM = row("alarm/");
    private static final byte[] ALARMS_TO = row("alarm0");

    private StateMeta() {}

    /** What every database of a state begins with. */
    record Identity(int format, long clusterId) {}

    private static byte[] row(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    static void putIdentity(ApplyBatch batch, Identity identity) {
        batch.put(
                Family.META,
                IDENTITY_ROW,
                ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                        .putInt(identity.format())
                        .putLong(identity.clusterId())
                        .array());
    }

    static @Nullable Identity identity(Reader reader) {
        byte[] value = reader.get(Family.META, IDENTITY_ROW);
        if (value == null) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(value);
        return new Identity(in.getInt(), in.getLong());
    }

    static void putPosition(ApplyBatch batch, AppliedPosition position, Revisions revisions) {
        batch.put(
                Family.META,
                POSITION_ROW,
                ByteBuffer.allocate(5 * Long.BYTES + Integer.BYTES)
                        .putLong(position.index())
                        .putLong(position.term())
                        .putLong(position.partialIndex())
                        .putInt(position.partialCommands())
                        .putLong(revisions.current())
                        .putLong(revisions.compact())
                        .array());
    }

    record Position(AppliedPosition applied, Revisions revisions) {}

    static Position position(Reader reader) {
        byte[] value = reader.get(Family.META, POSITION_ROW);
        if (value == null) {
            return new Position(AppliedPosition.NOTHING, Revisions.NEW_STORE);
        }
        ByteBuffer in = ByteBuffer.wrap(value);
        AppliedPosition applied = new AppliedPosition(in.getLong(), in.getLong(), in.getLong(), in.getInt());
        return new Position(applied, new Revisions(in.getLong(), in.getLong()));
    }

    static void putMember(ApplyBatch batch, MemberRecord member) {
        batch.put(Family.META, memberRow(member.getMemberId()), member.toByteArray());
    }

    static void deleteMember(ApplyBatch batch, long memberId) {
        batch.delete(Family.META, memberRow(memberId));
    }

    static @Nullable MemberRecord member(Reader reader, long memberId) {
        byte[] value = reader.get(Family.META, memberRow(memberId));
        return value == null ? null : parseMember(value);
    }

    /** By member id, unsigned. */
    static List<MemberRecord> members(Reader reader) {
        List<MemberRecord> members = new ArrayList<>();
        try (Cursor rows = reader.cursor(Family.META, MEMBERS_FROM, MEMBERS_TO)) {
            for (; rows.valid(); rows.next()) {
                members.add(parseMember(rows.value()));
            }
        }
        return List.copyOf(members);
    }

    private static MemberRecord parseMember(byte[] value) {
        try {
            return MemberRecord.parseFrom(value);
        } catch (InvalidProtocolBufferException e) {
            throw new ApplyException("a stored member record does not parse", e);
        }
    }

    private static byte[] memberRow(long memberId) {
        return memberRow(MEMBERS_FROM, memberId);
    }

    private static byte[] memberRow(byte[] prefix, long memberId) {
        return ByteBuffer.allocate(prefix.length + Long.BYTES)
                .put(prefix)
                .putLong(memberId)
                .array();
    }

    /** How many members were ever added to the founders: each addition has its own number. */
    static int countAdded(Reader reader) {
        byte[] value = reader.get(Family.META, MEMBERS_ADDED_ROW);
        return value == null ? 0 : ByteBuffer.wrap(value).getInt();
    }

    static void putCountAdded(ApplyBatch batch, int count) {
        batch.put(
                Family.META,
                MEMBERS_ADDED_ROW,
                ByteBuffer.allocate(Integer.BYTES).putInt(count).array());
    }

    /** For good: a member that was away must be told whenever it comes back. People remove members, so these are few. */
    static void putGone(ApplyBatch batch, long memberId) {
        batch.put(Family.META, memberRow(GONE_FROM, memberId), new byte[0]);
    }

    static boolean isGone(Reader reader, long memberId) {
        return reader.get(Family.META, memberRow(GONE_FROM, memberId)) != null;
    }

    /** Members that were removed. */
    static Set<Long> gone(Reader reader) {
        Set<Long> gone = new TreeSet<>();
        try (Cursor rows = reader.cursor(Family.META, GONE_FROM, GONE_TO)) {
            for (; rows.valid(); rows.next()) {
                gone.add(ByteBuffer.wrap(rows.key()).getLong(GONE_FROM.length));
            }
        }
        return Collections.unmodifiableSet(gone);
    }

    static void deleteGone(ApplyBatch batch, long memberId) {
        batch.delete(Family.META, memberRow(GONE_FROM, memberId));
    }

    static void putAlarm(ApplyBatch batch, AlarmMember alarm) {
        batch.put(Family.META, alarmRow(alarm), alarm.toByteArray());
    }

    static void deleteAlarm(ApplyBatch batch, AlarmMember alarm) {
        batch.delete(Family.META, alarmRow(alarm));
    }

    /** By kind, then by member id, unsigned. */
    static List<AlarmMember> alarms(Reader reader) {
        List<AlarmMember> alarms = new ArrayList<>();
        try (Cursor rows = reader.cursor(Family.META, ALARMS_FROM, ALARMS_TO)) {
            for (; rows.valid(); rows.next()) {
                alarms.add(AlarmMember.parseFrom(rows.value()));
            }
        } catch (InvalidProtocolBufferException e) {
            throw new ApplyException("a stored alarm does not parse", e);
        }
        return List.copyOf(alarms);
    }

    private static byte[] alarmRow(AlarmMember alarm) {
        return ByteBuffer.allocate(ALARMS_FROM.length + Integer.BYTES + Long.BYTES)
                .put(ALARMS_FROM)
                .putInt(alarm.getAlarmValue())
                .putLong(alarm.getMemberID())
                .array();
    }

    static void putFeatureLevel(ApplyBatch batch, int level) {
        batch.put(
                Family.META,
                FEATURE_LEVEL_ROW,
                ByteBuffer.allocate(Integer.BYTES).putInt(level).array());
    }

    static int featureLevel(Reader reader) {
        byte[] value = reader.get(Family.META, FEATURE_LEVEL_ROW);
        return value == null ? FeatureLevel.FIRST : ByteBuffer.wrap(value).getInt();
    }
}
