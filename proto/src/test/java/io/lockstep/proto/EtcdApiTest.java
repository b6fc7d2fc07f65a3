package io.lockstep.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.etcd.jetcd.api.Auth;
import io.etcd.jetcd.api.ElectionOuterClass;
import io.etcd.jetcd.api.JetcdProto;
import io.etcd.jetcd.api.Kv;
import io.lockstep.api.RpcProto;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Our API is etcd's and the few fields of ours: a client or a server of etcd can't tell the difference. */
class EtcdApiTest {
    /**
     * The patch releases of 3.5 carry one and the same API (3.5.16 and 3.5.30 were compared), so nothing is excused. A
     * server of another minor version is no measure.
     */
    private static final String API_LEVEL = "3.5.";

    /** What jetcd has and no etcd 3.5 serves: there, progress is asked for on the watch stream. */
    private static final List<String> JETCD_ALONE = List.of(
            "method etcdserverpb.Watch.Progress = etcdserverpb.WatchProgressRequest -> etcdserverpb.WatchResponse");

    @Test
    void etcdPart_besideTheDescriptorsOfARealEtcd_isTheSame() throws Exception {
        Optional<EtcdBinary> found = EtcdBinary.find();
        assumeTrue(found.isPresent(), "skipped: no etcd to compare with; set ETCD_BIN to an etcd 3.5 binary");
        EtcdBinary etcd = found.get();
        assumeTrue(
                etcd.version().startsWith(API_LEVEL),
                () -> "skipped: " + etcd.path() + " is etcd " + etcd.version()
                        + "; set ETCD_BIN to an etcd 3.5 binary");

        List<FileDescriptorProto> theirs = etcd.apiFiles();

        assertThat(theirs)
                .extracting(FileDescriptorProto::getPackage)
                .containsExactlyInAnyOrder("etcdserverpb", "mvccpb", "authpb", "v3lockpb", "v3electionpb");
        SortedMap<String, String> ours = LockstepApi.etcdPart();
        assertThat(ApiShape.notIn(ours, ApiShape.of(theirs)))
                .as("etcd has, we don't")
                .isEmpty();
        assertThat(ApiShape.notIn(ApiShape.of(theirs), ours))
                .as("we have, etcd doesn't")
                .isEmpty();
    }

    /** jetcd follows etcd late: it need not have everything that we have. */
    @Test
    void etcdPart_besideJetcd_hasAllThatJetcdHas() {
        SortedMap<String, String> theirs = ApiShape.of(Stream.of(
                        JetcdProto.getDescriptor(),
                        Kv.getDescriptor(),
                        Auth.getDescriptor(),
                        io.etcd.jetcd.api.lock.JetcdProto.getDescriptor(),
                        ElectionOuterClass.getDescriptor())
                .map(FileDescriptor::toProto)
                .toList());

        assertThat(theirs).hasSizeGreaterThan(300);
        assertThat(ApiShape.notIn(LockstepApi.etcdPart(), theirs)).containsExactlyElementsOf(JETCD_ALONE);
    }

    /** Released clients know these numbers: one may be added here, none may change. */
    @Test
    void ownPart_isExactlyTheDial() {
        assertThat(LockstepApi.ownPart())
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("field etcdserverpb.ResponseHeader.staleness_millis", "1001 optional int64"),
                        Map.entry("field etcdserverpb.ResponseHeader.served", "1002 etcdserverpb.ReadPath"),
                        Map.entry("field etcdserverpb.ResponseHeader.ack_missing", "1003 repeated fixed64"),
                        Map.entry("field etcdserverpb.ResponseHeader.revision_known", "1004 optional bool"),
                        Map.entry("field etcdserverpb.RangeRequest.max_staleness_millis", "1001 optional uint64"),
                        Map.entry("field etcdserverpb.RangeRequest.min_revision", "1002 int64"),
                        Map.entry("field etcdserverpb.TxnRequest.max_staleness_millis", "1001 optional uint64"),
                        Map.entry("field etcdserverpb.TxnRequest.min_revision", "1002 int64"),
                        Map.entry("field etcdserverpb.TxnRequest.ack", "1003 etcdserverpb.Ack"),
                        Map.entry("field etcdserverpb.PutRequest.ack", "1003 etcdserverpb.Ack"),
                        Map.entry("field etcdserverpb.DeleteRangeRequest.ack", "1003 etcdserverpb.Ack"),
                        Map.entry("field etcdserverpb.StatusResponse.lockstep_version", "1001 string"),
                        Map.entry("enum etcdserverpb.Ack", ""),
                        Map.entry("value etcdserverpb.Ack.ACK_UNSET", "0"),
                        Map.entry("value etcdserverpb.Ack.ACK_QUORUM", "1"),
                        Map.entry("value etcdserverpb.Ack.ACK_ALL", "2"),
                        Map.entry("value etcdserverpb.Ack.ACK_ACCEPTED", "3"),
                        Map.entry("enum etcdserverpb.ReadPath", ""),
                        Map.entry("value etcdserverpb.ReadPath.READ_PATH_UNSET", "0"),
                        Map.entry("value etcdserverpb.ReadPath.READ_PATH_LINEARIZABLE", "1"),
                        Map.entry("value etcdserverpb.ReadPath.READ_PATH_STALE", "2"),
                        Map.entry("value etcdserverpb.ReadPath.READ_PATH_BOUNDED", "3"),
                        Map.entry("value etcdserverpb.ReadPath.READ_PATH_MIN_REVISION", "4")));
    }

    @Test
    void shape_ofAnApiWithOneChange_differs() {
        assertChangeIsSeen(
                file -> file.getMessageTypeBuilder(0).getFieldBuilder(0).setNumber(77));
        assertChangeIsSeen(
                file -> file.getMessageTypeBuilder(0).getFieldBuilder(0).setName("other"));
        assertChangeIsSeen(file ->
                file.getMessageTypeBuilder(0).getFieldBuilder(0).setType(FieldDescriptorProto.Type.TYPE_FIXED64));
        assertChangeIsSeen(file ->
                file.getMessageTypeBuilder(0).getFieldBuilder(0).setLabel(FieldDescriptorProto.Label.LABEL_REPEATED));
        assertChangeIsSeen(file -> file.getMessageTypeBuilder(0).removeField(0));
        assertChangeIsSeen(file -> file.addMessageTypeBuilder().setName("Other"));
        assertChangeIsSeen(file -> file.getEnumTypeBuilder(0).getValueBuilder(1).setNumber(77));
        assertChangeIsSeen(file -> file.getServiceBuilder(0).setName("Other"));
        assertChangeIsSeen(file -> file.getServiceBuilder(0).getMethodBuilder(0).setServerStreaming(true));
        assertChangeIsSeen(file -> file.getServiceBuilder(0).getMethodBuilder(0).setClientStreaming(true));
        assertChangeIsSeen(
                file -> file.getServiceBuilder(0).getMethodBuilder(0).setInputType(".etcdserverpb.PutRequest"));
    }

    private static void assertChangeIsSeen(Consumer<FileDescriptorProto.Builder> change) {
        FileDescriptorProto before = RpcProto.getDescriptor().toProto();
        FileDescriptorProto.Builder after = before.toBuilder();
        change.accept(after);
        assertThat(ApiShape.of(List.of(after.build()))).isNotEqualTo(ApiShape.of(List.of(before)));
    }
}
