package io.lockstep.node.rpc.http;

import com.google.protobuf.ByteString;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Map;

/** A whole request, off netty's buffers. */
record HttpRequestIn(
        HttpMethod method, String path, Map<String, List<String>> query, HttpHeaders headers, ByteString body) {}
