package io.lockstep.proto;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.lockstep.api.RpcProto;
import io.lockstep.api.auth.AuthProto;
import io.lockstep.api.election.ElectionProto;
import io.lockstep.api.lock.LockProto;
import io.lockstep.api.mvcc.KvProto;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Our API in two parts: etcd's, and what we added. Ours is a field numbered {@link #FIRST_OWN_NUMBER} or more, and a
 * top-level enum that nothing but such fields uses.
 */
final class LockstepApi {
    static final int FIRST_OWN_NUMBER = 1001;

    private LockstepApi() {}

    static List<FileDescriptorProto> files() {
        return Stream.of(
                        RpcProto.getDescriptor(),
                        KvProto.getDescriptor(),
                        AuthProto.getDescriptor(),
                        LockProto.getDescriptor(),
                        ElectionProto.getDescriptor())
                .map(FileDescriptor::toProto)
                .toList();
    }

    static SortedMap<String, String> etcdPart() {
        Set<String> ownTypes = typesOnlyOfOwnFields();
        return ApiShape.of(
                files().stream().map(file -> withoutOwn(file, ownTypes)).toList());
    }

    static SortedMap<String, String> ownPart() {
        SortedMap<String, String> own = new TreeMap<>(ApiShape.of(files()));
        own.keySet().removeAll(etcdPart().keySet());
        return own;
    }

    private static boolean isOwn(FieldDescriptorProto field) {
        return field.getNumber() >= FIRST_OWN_NUMBER;
    }

    private static Set<String> typesOnlyOfOwnFields() {
        Set<String> types = typesOf(LockstepApi::isOwn);
        types.removeAll(typesOf(field -> !isOwn(field)));
        return types;
    }

    private static Set<String> typesOf(Predicate<FieldDescriptorProto> fields) {
        return files().stream()
                .flatMap(file -> file.getMessageTypeList().stream())
                .flatMap(message -> message.getFieldList().stream())
                .filter(fields)
                .map(FieldDescriptorProto::getTypeName)
                .collect(Collectors.toSet());
    }

    private static FileDescriptorProto withoutOwn(FileDescriptorProto file, Set<String> ownTypes) {
        List<EnumDescriptorProto> enums = file.getEnumTypeList().stream()
                .filter(type -> !ownTypes.contains("." + file.getPackage() + "." + type.getName()))
                .toList();
        List<DescriptorProto> messages =
                file.getMessageTypeList().stream().map(LockstepApi::withoutOwn).toList();
        return file.toBuilder()
                .clearEnumType()
                .addAllEnumType(enums)
                .clearMessageType()
                .addAllMessageType(messages)
                .build();
    }

    private static DescriptorProto withoutOwn(DescriptorProto message) {
        List<FieldDescriptorProto> fields =
                message.getFieldList().stream().filter(field -> !isOwn(field)).toList();
        return message.toBuilder().clearField().addAllField(fields).build();
    }
}
