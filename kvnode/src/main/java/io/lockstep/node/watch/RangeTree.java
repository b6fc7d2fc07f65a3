package io.lockstep.node.watch;

import com.google.protobuf.ByteString;
import java.util.Comparator;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ranges of keys, to be asked which of them hold a key. A search tree by start and end, in which each node also knows the
 * largest end below it, so that whole branches that end too early are left out; balanced by random priorities (a treap).
 */
final class RangeTree {
    private static final Comparator<@Nullable ByteString> ENDS =
            Comparator.nullsLast(WatchRange.ORDER); // no end is the largest end

    private static final class Node {
        final WatchRange range;
        final WatcherList watchers = new WatcherList();
        final int priority = ThreadLocalRandom.current().nextInt();

        @Nullable
        ByteString largestEnd;

        @Nullable
        Node left;

        @Nullable
        Node right;

        Node(WatchRange range) {
            this.range = range;
            this.largestEnd = range.end();
        }

        void update() {
            largestEnd = range.end();
            if (left != null && ENDS.compare(left.largestEnd, largestEnd) > 0) {
                largestEnd = left.largestEnd;
            }
            if (right != null && ENDS.compare(right.largestEnd, largestEnd) > 0) {
                largestEnd = right.largestEnd;
            }
        }
    }

    private @Nullable Node root;

    void add(Watcher watcher) {
        root = add(root, watcher);
    }

    private static Node add(@Nullable Node node, Watcher watcher) {
        if (node == null) {
            Node leaf = new Node(watcher.range);
            leaf.watchers.add(watcher);
            return leaf;
        }
        int side = compare(watcher.range, node.range);
        if (side == 0) {
            node.watchers.add(watcher);
            return node;
        }
        Node top = node;
        if (side < 0) {
            Node child = add(node.left, watcher);
            node.left = child;
            if (child.priority > node.priority) {
                node.left = child.right;
                child.right = node;
                top = child;
            }
        } else {
            Node child = add(node.right, watcher);
            node.right = child;
            if (child.priority > node.priority) {
                node.right = child.left;
                child.left = node;
                top = child;
            }
        }
        node.update();
        top.update();
        return top;
    }

    void remove(Watcher watcher) {
        root = remove(root, watcher);
    }

    private static @Nullable Node remove(@Nullable Node node, Watcher watcher) {
        if (node == null) {
            throw new IllegalStateException("the watcher's range is not in the tree");
        }
        int side = compare(watcher.range, node.range);
        if (side < 0) {
            node.left = remove(node.left, watcher);
        } else if (side > 0) {
            node.right = remove(node.right, watcher);
        } else {
            node.watchers.remove(watcher);
            if (node.watchers.isEmpty()) {
                return merge(node.left, node.right);
            }
        }
        node.update();
        return node;
    }

    private static @Nullable Node merge(@Nullable Node left, @Nullable Node right) {
        if (left == null || right == null) {
            return left == null ? right : left;
        }
        if (left.priority > right.priority) {
            left.right = merge(left.right, right);
            left.update();
            return left;
        }
        right.left = merge(left, right.left);
        right.update();
        return right;
    }

    private static int compare(WatchRange a, WatchRange b) {
        int byStart = WatchRange.ORDER.compare(a.key(), b.key());
        return byStart != 0 ? byStart : ENDS.compare(a.end(), b.end());
    }

    void forEach(Consumer<Watcher> action) {
        visitAll(root, action);
    }

    private static void visitAll(@Nullable Node node, Consumer<Watcher> action) {
        if (node != null) {
            visitAll(node.left, action);
            node.watchers.forEach(action);
            visitAll(node.right, action);
        }
    }

    void forEachHolding(ByteString key, Consumer<Watcher> action) {
        visit(root, key, action);
    }

    private static void visit(@Nullable Node node, ByteString key, Consumer<Watcher> action) {
        if (node == null || (node.largestEnd != null && WatchRange.ORDER.compare(key, node.largestEnd) >= 0)) {
            return;
        }
        visit(node.left, key, action);
        if (WatchRange.ORDER.compare(node.range.key(), key) > 0) {
            return; // all on the right begin behind the key too
        }
        if (node.range.contains(key)) {
            node.watchers.forEach(action);
        }
        visit(node.right, key, action);
    }
}
