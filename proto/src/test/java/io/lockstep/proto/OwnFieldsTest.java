package io.lockstep.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.lockstep.api.Ack;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.ReadPath;
import io.lockstep.api.RequestOp;
import io.lockstep.api.ResponseHeader;
import io.lockstep.api.StatusResponse;
import io.lockstep.api.TxnRequest;
import org.junit.jupiter.api.Test;

/** etcd's clients and servers, here those of jetcd, skip our fields, keep them, and never set them. */
class OwnFieldsTest {
    private static final ByteString KEY = ByteString.copyFromUtf8("key");
    private static final ByteString VALUE = ByteString.copyFromUtf8("value");

    @Test
    void rangeRequest_readByJetcd_keepsTheDialAsUnknownFields() throws Exception {
        RangeRequest ours = RangeRequest.newBuilder()
                .setKey(KEY)
                .setLimit(7)
                .setMaxStalenessMillis(0)
                .setMinRevision(42)
                .build();

        var theirs = io.etcd.jetcd.api.RangeRequest.parseFrom(ours.toByteString());

        assertThat(theirs.getKey()).isEqualTo(KEY);
        assertThat(theirs.getLimit()).isEqualTo(7);
        assertThat(theirs.getUnknownFields().asMap()).containsOnlyKeys(1001, 1002);
        assertThat(RangeRequest.parseFrom(theirs.toByteString())).isEqualTo(ours);
    }

    @Test
    void txnRequest_readByJetcd_keepsTheDialOfItselfAndOfItsSteps() throws Exception {
        PutRequest put = PutRequest.newBuilder()
                .setKey(KEY)
                .setValue(VALUE)
                .setAck(Ack.ACK_ALL)
                .build();
        DeleteRangeRequest delete = DeleteRangeRequest.newBuilder()
                .setKey(KEY)
                .setAck(Ack.ACK_ACCEPTED)
                .build();
        TxnRequest ours = TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder().setRequestPut(put))
                .addFailure(RequestOp.newBuilder().setRequestDeleteRange(delete))
                .setMaxStalenessMillis(250)
                .setMinRevision(42)
                .setAck(Ack.ACK_QUORUM)
                .build();

        var theirs = io.etcd.jetcd.api.TxnRequest.parseFrom(ours.toByteString());

        assertThat(theirs.getUnknownFields().asMap()).containsOnlyKeys(1001, 1002, 1003);
        var theirPut = theirs.getSuccess(0).getRequestPut();
        assertThat(theirPut.getValue()).isEqualTo(VALUE);
        assertThat(theirPut.getUnknownFields().asMap()).containsOnlyKeys(1003);
        assertThat(theirs.getFailure(0)
                        .getRequestDeleteRange()
                        .getUnknownFields()
                        .asMap())
                .containsOnlyKeys(1003);
        assertThat(TxnRequest.parseFrom(theirs.toByteString())).isEqualTo(ours);
    }

    @Test
    void answers_readByJetcd_showEtcdsFieldsAndKeepOurs() throws Exception {
        ResponseHeader header = ResponseHeader.newBuilder()
                .setClusterId(-1L)
                .setMemberId(2)
                .setRevision(3)
                .setRaftTerm(4)
                .setStalenessMillis(0)
                .setServed(ReadPath.READ_PATH_BOUNDED)
                .addAckMissing(-2L)
                .addAckMissing(5)
                .setRevisionKnown(false)
                .build();
        PutResponse ours = PutResponse.newBuilder().setHeader(header).build();

        var theirs = io.etcd.jetcd.api.PutResponse.parseFrom(ours.toByteString());

        assertThat(theirs.getHeader().getClusterId()).isEqualTo(-1L);
        assertThat(theirs.getHeader().getRevision()).isEqualTo(3);
        assertThat(theirs.getHeader().getUnknownFields().asMap()).containsOnlyKeys(1001, 1002, 1003, 1004);
        assertThat(PutResponse.parseFrom(theirs.toByteString())).isEqualTo(ours);

        StatusResponse status = StatusResponse.newBuilder()
                .setVersion("3.5.30")
                .setLockstepVersion("0.1.0")
                .build();
        var theirStatus = io.etcd.jetcd.api.StatusResponse.parseFrom(status.toByteString());
        assertThat(theirStatus.getVersion()).isEqualTo("3.5.30");
        assertThat(StatusResponse.parseFrom(theirStatus.toByteString())).isEqualTo(status);
    }

    @Test
    void messagesOfJetcd_readByUs_leaveTheDialUnset() throws InvalidProtocolBufferException {
        var range = RangeRequest.parseFrom(io.etcd.jetcd.api.RangeRequest.newBuilder()
                .setKey(KEY)
                .setSerializable(true)
                .build()
                .toByteString());
        assertThat(range)
                .isEqualTo(RangeRequest.newBuilder()
                        .setKey(KEY)
                        .setSerializable(true)
                        .build());
        assertThat(range.hasMaxStalenessMillis()).isFalse();
        assertThat(range.getMinRevision()).isZero();

        var put = PutRequest.parseFrom(io.etcd.jetcd.api.PutRequest.newBuilder()
                .setKey(KEY)
                .setValue(VALUE)
                .build()
                .toByteString());
        assertThat(put.getAck()).isEqualTo(Ack.ACK_UNSET);

        var header = ResponseHeader.parseFrom(io.etcd.jetcd.api.ResponseHeader.newBuilder()
                .setRevision(3)
                .build()
                .toByteString());
        assertThat(header.hasStalenessMillis()).isFalse();
        assertThat(header.hasRevisionKnown()).isFalse();
        assertThat(header.getServed()).isEqualTo(ReadPath.READ_PATH_UNSET);
        assertThat(header.getAckMissingList()).isEmpty();
    }
}
