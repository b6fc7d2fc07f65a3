package io.lockstep.jepsen.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads as much of EDN as histories use. Keywords keep their colon; nil is null; numbers are longs. */
final class Edn {
    private final String text;
    private int at;

    private Edn(String text) {
        this.text = text;
    }

    /** Every map of a text that is either one vector or list of maps, or maps one after another. */
    static List<Map<?, ?>> maps(String text) {
        Edn edn = new Edn(text);
        List<Map<?, ?>> found = new ArrayList<>();
        edn.skip();
        while (edn.at < text.length()) {
            Object value = edn.value();
            if (value instanceof List<?> list) {
                list.forEach(each -> found.add((Map<?, ?>) each));
            } else {
                found.add((Map<?, ?>) value);
            }
            edn.skip();
        }
        return found;
    }

    private void skip() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ';') {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end + 1;
            } else if (Character.isWhitespace(c) || c == ',') {
                at++;
            } else {
                return;
            }
        }
    }

    private Object value() {
        skip();
        char c = text.charAt(at);
        return switch (c) {
            case '{' -> map();
            case '[', '(' -> list(c == '[' ? ']' : ')');
            case '"' -> string();
            case '#' -> tagged();
            default -> atom();
        };
    }

    private Object tagged() {
        at++;
        if (text.charAt(at) == '{') {
            return list('}');
        }
        atom();
        return value();
    }

    private Map<Object, Object> map() {
        Map<Object, Object> map = new LinkedHashMap<>();
        List<Object> flat = list('}');
        for (int i = 0; i < flat.size(); i += 2) {
            map.put(flat.get(i), flat.get(i + 1));
        }
        return map;
    }

    private List<Object> list(char end) {
        at++;
        List<Object> list = new ArrayList<>();
        skip();
        while (text.charAt(at) != end) {
            list.add(value());
            skip();
        }
        at++;
        return list;
    }

    private String string() {
        StringBuilder out = new StringBuilder();
        at++;
        while (text.charAt(at) != '"') {
            if (text.charAt(at) == '\\') {
                at++;
            }
            out.append(text.charAt(at++));
        }
        at++;
        return out.toString();
    }

    private Object atom() {
        int start = at;
        while (at < text.length() && " \t\r\n,{}[]()\"".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String word = text.substring(start, at);
        if (word.equals("nil")) {
            return null;
        }
        return word.matches("-?\\d+") ? (Object) Long.parseLong(word) : word;
    }
}
