package io.lockstep.proto;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything of an API that a peer on the wire can notice, one line each, so that two APIs compare as two maps and a
 * difference reads as itself: {@code field etcdserverpb.RangeRequest.limit} is {@code 3 int64}. Options, file names and
 * comments are not part of it.
 */
final class ApiShape {
    private final SortedMap<String, String> lines = new TreeMap<>();

    private ApiShape() {}

    static SortedMap<String, String> of(Collection<FileDescriptorProto> files) {
        ApiShape shape = new ApiShape();
        files.forEach(shape::addFile);
        return shape.lines;
    }

    /** The lines of theirs that ours lacks or has otherwise. */
    static List<String> notIn(SortedMap<String, String> ours, SortedMap<String, String> theirs) {
        return theirs.entrySet().stream()
                .filter(line -> !line.getValue().equals(ours.get(line.getKey())))
                .map(line -> line.getKey() + " = " + line.getValue())
                .toList();
    }

    private void addFile(FileDescriptorProto file) {
        String scope = file.getPackage() + ".";
        file.getMessageTypeList().forEach(message -> addMessage(scope, message));
        file.getEnumTypeList().forEach(type -> addEnum(scope, type));
        file.getServiceList().forEach(service -> addService(scope, service));
    }

    private void addMessage(String scope, DescriptorProto message) {
        String name = scope + message.getName();
        put("message " + name, "");
        message.getFieldList().forEach(field -> put("field " + name + "." + field.getName(), describe(message, field)));
        message.getNestedTypeList().forEach(nested -> addMessage(name + ".", nested));
        message.getEnumTypeList().forEach(type -> addEnum(name + ".", type));
    }

    private void addEnum(String scope, EnumDescriptorProto type) {
        String name = scope + type.getName();
        put("enum " + name, "");
        type.getValueList()
                .forEach(value -> put("value " + name + "." + value.getName(), Integer.toString(value.getNumber())));
    }

    private void addService(String scope, ServiceDescriptorProto service) {
        String name = scope + service.getName();
        put("service " + name, "");
        service.getMethodList().forEach(method -> put("method " + name + "." + method.getName(), describe(method)));
    }

    private void put(String element, String description) {
        if (lines.put(element, description) != null) {
            throw new IllegalArgumentException("two definitions of " + element);
        }
    }

    private static String describe(DescriptorProto message, FieldDescriptorProto field) {
        StringBuilder text = new StringBuilder().append(field.getNumber()).append(' ');
        if (field.getLabel() == FieldDescriptorProto.Label.LABEL_REPEATED) {
            text.append("repeated ");
        }
        if (field.getProto3Optional()) {
            text.append("optional ");
        } else if (field.hasOneofIndex()) {
            text.append("oneof ")
                    .append(message.getOneofDecl(field.getOneofIndex()).getName())
                    .append(' ');
        }
        text.append(typeOf(field));
        if (field.getOptions().hasPacked()) {
            text.append(" packed=").append(field.getOptions().getPacked());
        }
        return text.toString();
    }

    private static String typeOf(FieldDescriptorProto field) {
        boolean named = field.getType() == FieldDescriptorProto.Type.TYPE_MESSAGE
                || field.getType() == FieldDescriptorProto.Type.TYPE_ENUM;
        return named
                ? field.getTypeName().substring(1)
                : field.getType().name().substring("TYPE_".length()).toLowerCase(Locale.ROOT);
    }

    private static String describe(MethodDescriptorProto method) {
        return (method.getClientStreaming() ? "stream " : "")
                + method.getInputType().substring(1)
                + " -> "
                + (method.getServerStreaming() ? "stream " : "")
                + method.getOutputType().substring(1);
    }
}
