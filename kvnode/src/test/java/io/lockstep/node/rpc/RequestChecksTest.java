package io.lockstep.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.lockstep.api.Ack;
import io.lockstep.api.Compare;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Each refusal with its exact text; what etcd 3.5.30 says was asked of a running one. */
class RequestChecksTest {
    private static final String NO_KEY = "etcdserver: key is not provided";
    private static final String DUPLICATE = "etcdserver: duplicate key given in txn request";
    private static final String TOO_MANY = "etcdserver: too many operations in txn request";

    private final RequestChecks checks = new RequestChecks(RpcLimits.defaults());

    @Test
    void range_emptyKey_refused() {
        refused(NO_KEY, () -> checks.range(RangeRequest.getDefaultInstance()));
    }

    @Test
    void put_wrongCombinations_refusedInEtcdsOrder() {
        PutRequest.Builder all = PutRequest.newBuilder()
                .setIgnoreValue(true)
                .setValue(utf8("v"))
                .setIgnoreLease(true)
                .setLease(1);

        refused(NO_KEY, () -> checks.put(all.build()));
        all.setKey(utf8("k"));
        refused("etcdserver: value is provided", () -> checks.put(all.build()));
        all.clearValue();
        refused("etcdserver: lease is provided", () -> checks.put(all.build()));
        all.clearLease();
        checks.put(all.build());
    }

    @Test
    void deleteRange_emptyKey_refused() {
        refused(NO_KEY, () -> checks.deleteRange(DeleteRangeRequest.getDefaultInstance()));
    }

    @Test
    void write_largerThanTheLimit_refused() {
        int limit = RpcLimits.defaults().maxRequestBytes();
        int overhead = put("k", "").getSerializedSize() + 5;
        PutRequest fits = PutRequest.newBuilder()
                .setKey(utf8("k"))
                .setValue(ByteString.copyFrom(new byte[limit - overhead]))
                .build();
        checks.size(fits);

        PutRequest tooLarge = PutRequest.newBuilder()
                .setKey(utf8("k"))
                .setValue(ByteString.copyFrom(new byte[limit]))
                .build();
        refused("etcdserver: request is too large", () -> checks.size(tooLarge));
    }

    @Test
    void ack_requestsFieldGoesBeforeMetadata() {
        CallDial all = new CallDial(OptionalLong.empty(), 0, Ack.ACK_ALL, true);
        assertThat(checks.ack(Ack.ACK_UNSET, true, CallDial.NONE)).isEqualTo(Ack.ACK_UNSET);
        assertThat(checks.ack(Ack.ACK_UNSET, true, all)).isEqualTo(Ack.ACK_ALL);
        assertThat(checks.ack(Ack.ACK_ACCEPTED, false, all)).isEqualTo(Ack.ACK_ACCEPTED);
    }

    @Test
    void ack_acceptedThatCannotBeKept_refused() {
        CallDial accepted = new CallDial(OptionalLong.empty(), 0, Ack.ACK_ACCEPTED, true);
        CallDial session = new CallDial(OptionalLong.empty(), 5, Ack.ACK_UNSET, true);
        refused(KvError.ACCEPTED_HAS_NO_ANSWER.text(), () -> checks.ack(Ack.ACK_ACCEPTED, true, CallDial.NONE));
        refused(KvError.ACCEPTED_IN_SESSION.text(), () -> checks.ack(Ack.ACK_ACCEPTED, false, session));
        refused(KvError.ACK_UNKNOWN.text(), () -> checks.ack(Ack.UNRECOGNIZED, false, CallDial.NONE));
        assertThat(checks.ack(Ack.ACK_UNSET, true, accepted))
                .as("set for all of a client's writes alike: more is promised where less can't be")
                .isEqualTo(Ack.ACK_QUORUM);
    }

    @Test
    void txn_moreOpsThanAllowed_refusedPerList() {
        TxnRequest full = TxnRequest.newBuilder()
                .addAllCompare(Collections.nCopies(
                        128, Compare.newBuilder().setKey(utf8("k")).build()))
                .addAllSuccess(Collections.nCopies(128, range("k")))
                .addAllFailure(Collections.nCopies(128, range("k")))
                .build();
        checks.txn(full);

        refused(
                TOO_MANY,
                () -> checks.txn(full.toBuilder().addSuccess(range("k")).build()));
        refused(
                TOO_MANY,
                () -> checks.txn(full.toBuilder().addFailure(range("k")).build()));
        refused(
                TOO_MANY,
                () -> checks.txn(full.toBuilder()
                        .addCompare(Compare.getDefaultInstance())
                        .build()));
    }

    @Test
    void txn_nested_getsWhatItsParentLeaves() {
        TxnRequest child = TxnRequest.newBuilder()
                .addAllSuccess(Collections.nCopies(100, range("k")))
                .build();
        List<RequestOp> others = Collections.nCopies(27, range("k"));
        checks.txn(TxnRequest.newBuilder()
                .addAllSuccess(others)
                .addSuccess(nested(child))
                .build());

        refused(
                TOO_MANY,
                () -> checks.txn(TxnRequest.newBuilder()
                        .addAllSuccess(others)
                        .addSuccess(nested(child))
                        .addSuccess(range("k"))
                        .build()));
    }

    @Test
    void txn_emptyStep_refusedAsKeyNotFound() {
        refused("etcdserver: key not found", () -> checks.txn(branch(RequestOp.getDefaultInstance())));
        refused("etcdserver: key not found", () -> checks.txn(branch(nested(branch(RequestOp.getDefaultInstance())))));
    }

    @Test
    void txn_faultInTheBranchNotTaken_refusedToo() {
        refused(
                NO_KEY,
                () -> checks.txn(
                        TxnRequest.newBuilder().addFailure(putOp("", "v")).build()));
        refused(
                NO_KEY,
                () -> checks.txn(TxnRequest.newBuilder()
                        .addCompare(Compare.getDefaultInstance())
                        .build()));
    }

    @Test
    void txn_emptyKeyBesideDuplicate_theShapeIsCheckedFirst() {
        refused(
                NO_KEY,
                () -> checks.txn(branch(
                        putOp("b", "1"),
                        putOp("b", "2"),
                        RequestOp.newBuilder()
                                .setRequestRange(RangeRequest.getDefaultInstance())
                                .build())));
    }

    @Test
    void txn_boundOnWrite_refused() {
        TxnRequest.Builder bounded = branch(nested(branch(putOp("b", "1")))).toBuilder();
        refused(
                "lockstep: max_staleness_millis and min_revision are for reads: this transaction may write",
                () -> checks.txn(bounded.setMinRevision(3).build()));
        checks.txn(branch(range("b")).toBuilder().setMaxStalenessMillis(0).build());
    }

    @Test
    void txn_keyChangedTwice_refused() {
        duplicate(branch(putOp("b", "1"), putOp("b", "2")));
        duplicate(branch(del("a", "c"), putOp("b", "1")));
        duplicate(branch(putOp("b", "1"), del("a", "c")));
        duplicate(branch(del("b", ""), putOp("b", "1")));
        duplicate(branch(nested(branch(putOp("b", "1"))), putOp("b", "2")));
        duplicate(branch(nested(branch(putOp("b", "1"))), nested(branch(putOp("b", "1")))));
        duplicate(branch(nested(branch(putOp("b", "1"))), del("b", "")));
        duplicate(branch(putOp("b", "1"), nested(branch(del("b", "")))));
        duplicate(branch(nested(branch(del("b", ""))), nested(branch(putOp("b", "1")))));
        duplicate(branch(nested(TxnRequest.newBuilder().addFailure(del("b", "")).build()), putOp("b", "1")));
        duplicate(TxnRequest.newBuilder()
                .addFailure(putOp("b", "1"))
                .addFailure(putOp("b", "1"))
                .build());
        // Overlapping deletions are one to the keys in them.
        duplicate(branch(del("a", "c"), del("b", "f"), del("d", ""), putOp("e", "1")));
        duplicate(branch(del("e", "h"), del("a", "c"), del("b", "f"), putOp("g", "1")));
    }

    /** These etcd 3.5.30 lets pass: whether a key really changes twice is found when they are executed. */
    @Test
    void txn_keyThatMayChangeTwiceUnseenByEtcd_passes() {
        checks.txn(branch(del("a", "\0"), putOp("b", "1")));
        checks.txn(branch(putOp("b", "1"), del("a", "\0")));
        checks.txn(branch(nested(branch(putOp("b", "1"))), nested(branch(del("b", "")))));
    }

    @Test
    void txn_differentKeysOrBranches_allowed() {
        checks.txn(branch(del("a", "c"), del("b", "d"), del("b", "")));
        checks.txn(branch(del("a", "b"), putOp("b", "1")));
        checks.txn(branch(del("c", "a"), putOp("b", "1")));
        checks.txn(branch(range("b"), putOp("b", "1"), range("b")));
        checks.txn(TxnRequest.newBuilder()
                .addSuccess(putOp("b", "1"))
                .addFailure(del("b", ""))
                .build());
        checks.txn(branch(nested(TxnRequest.newBuilder()
                .addSuccess(putOp("b", "1"))
                .addFailure(putOp("b", "2"))
                .build())));
        checks.txn(branch(nested(TxnRequest.newBuilder()
                .addSuccess(putOp("b", "1"))
                .addFailure(del("b", ""))
                .build())));
        checks.txn(branch(del("b\0", "\0"), putOp("b", "1")));
    }

    private void duplicate(TxnRequest request) {
        refused(DUPLICATE, () -> checks.txn(request));
    }

    private static void refused(String text, Runnable check) {
        assertThatThrownBy(check::run)
                .isInstanceOfSatisfying(
                        KvException.Rejected.class,
                        refusal -> assertThat(refusal.error().text()).isEqualTo(text));
    }

    private static TxnRequest branch(RequestOp... ops) {
        return TxnRequest.newBuilder().addAllSuccess(List.of(ops)).build();
    }

    private static RequestOp nested(TxnRequest txn) {
        return RequestOp.newBuilder().setRequestTxn(txn).build();
    }

    private static RequestOp range(String key) {
        return RequestOp.newBuilder()
                .setRequestRange(RangeRequest.newBuilder().setKey(utf8(key)))
                .build();
    }

    private static RequestOp putOp(String key, String value) {
        return RequestOp.newBuilder().setRequestPut(put(key, value)).build();
    }

    private static PutRequest put(String key, String value) {
        return PutRequest.newBuilder().setKey(utf8(key)).setValue(utf8(value)).build();
    }

    private static RequestOp del(String key, String end) {
        return RequestOp.newBuilder()
                .setRequestDeleteRange(
                        DeleteRangeRequest.newBuilder().setKey(utf8(key)).setRangeEnd(utf8(end)))
                .build();
    }

    private static ByteString utf8(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
