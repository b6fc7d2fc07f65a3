package io.lockstep.node.mvcc;

import io.lockstep.node.mvcc.KeyValueOrder.Candidate;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/** Takes what a range request wants out of the keys that pass by in their order, and holds no more than that. */
sealed interface Selection {
    Selection NOTHING = new FirstByKey(new RevisionFilter(0, 0, 0, 0), 0);

    boolean wantsMore();

    void offer(byte[] encoded);

    List<byte[]> selected();

    /** The first ones that pass the filter. */
    final class FirstByKey implements Selection {
        private final RevisionFilter filter;
        private final long atMost;
        private final List<byte[]> taken = new ArrayList<>();

        FirstByKey(RevisionFilter filter, long atMost) {
            this.filter = filter;
            this.atMost = atMost;
        }

        @Override
        public boolean wantsMore() {
            return taken.size() < atMost;
        }

        @Override
        public void offer(byte[] encoded) {
            if (filter.passesAll() || filter.passes(StoredKeyValue.of(encoded))) {
                taken.add(encoded);
            }
        }

        @Override
        public List<byte[]> selected() {
            return taken;
        }
    }

    /** The first ones, put into another order afterwards. */
    final class FirstThenSorted implements Selection {
        private final KeyValueOrder order;
        private final long atMost;
        private final List<Candidate> taken = new ArrayList<>();

        FirstThenSorted(KeyValueOrder order, long atMost) {
            this.order = order;
            this.atMost = atMost;
        }

        @Override
        public boolean wantsMore() {
            return taken.size() < atMost;
        }

        @Override
        public void offer(byte[] encoded) {
            taken.add(new Candidate(taken.size(), StoredKeyValue.of(encoded)));
        }

        @Override
        public List<byte[]> selected() {
            taken.sort(order);
            return taken.stream().map(c -> c.kv().encoded()).toList();
        }
    }

    /** The smallest in another order, of all that pass the filter. */
    final class SmallestByOrder implements Selection {
        private final RevisionFilter filter;
        private final KeyValueOrder order;
        private final long atMost;
        private final PriorityQueue<Candidate> largestFirst;
        private long place;

        SmallestByOrder(RevisionFilter filter, KeyValueOrder order, long atMost) {
            this.filter = filter;
            this.order = order;
            this.atMost = atMost;
            this.largestFirst = new PriorityQueue<>(order.reversed());
        }

        @Override
        public boolean wantsMore() {
            return true;
        }

        @Override
        public void offer(byte[] encoded) {
            StoredKeyValue kv = StoredKeyValue.of(encoded);
            if (!filter.passes(kv)) {
                return;
            }
            largestFirst.add(new Candidate(place++, kv));
            if (largestFirst.size() > atMost) {
                largestFirst.remove();
            }
        }

        @Override
        public List<byte[]> selected() {
            return largestFirst.stream()
                    .sorted(order)
                    .map(c -> c.kv().encoded())
                    .toList();
        }
    }
}
